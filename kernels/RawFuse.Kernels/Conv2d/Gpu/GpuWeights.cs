using ILGPU;

namespace RawFuse.Kernels;

/// <summary><see cref="ConvWeights"/> on a GPU: floats, or bytes dequantized (and faults applied) as they are read.</summary>
internal readonly struct GpuWeights
{
    public readonly ArrayView<float> Values;
    public readonly ArrayView<sbyte> Packed;
    public readonly ArrayView<byte> Faults;
    public readonly float Scale;

    public GpuWeights(GpuDevice device, in ConvWeights weights)
    {
        if (weights.Packed is { } packed)
        {
            Packed = device.View(packed);
            Values = device.ViewOrEmpty<float, sbyte>(null, packed);
            Faults = device.ViewOrEmpty(weights.Faults, packed);
        }
        else
        {
            Values = device.View(weights.Values!);
            Packed = device.ViewOrEmpty<sbyte, float>(null, weights.Values!);
            Faults = device.ViewOrEmpty<byte, float>(null, weights.Values!);
        }

        Scale = weights.Scale;
    }

    /// <summary>A weight of the set whose faults start at <paramref name="set"/>.</summary>
    public float At(int set, int index)
    {
        if (Values.Length > 0) return Values[index];
        return ByteAt(set, index) * Scale;
    }

    /// <summary>A packed weight.</summary>
    public int ByteAt(int set, int index)
    {
        int bits = Packed[index];
        return Faults.Length > 0 ? (sbyte)(bits ^ Faults[(long)set + index]) : bits;
    }

    /// <summary>Four neighbouring packed weights, the first in the lowest byte; its number and the set's start are multiples of 4.</summary>
    public int BytesAt(int set, int index)
    {
        int bits = Packed.Cast<int>()[index / 4];
        return Faults.Length > 0 ? bits ^ Faults.Cast<int>()[(set / 4) + (index / 4)] : bits;
    }

    /// <summary>Four neighbouring weights; the first one's number and the set's start are multiples of 4.</summary>
    public Chunk<float> ChunkAt(int set, int index)
    {
        if (Values.Length > 0) return Values.Cast<Chunk<float>>()[index / 4];
        int bits = BytesAt(set, index);
        return new Chunk<float>((sbyte)bits * Scale, (sbyte)(bits >> 8) * Scale, (sbyte)(bits >> 16) * Scale, (bits >> 24) * Scale);
    }
}
