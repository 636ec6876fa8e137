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
        int bits = Packed[index];
        if (Faults.Length > 0) bits = (sbyte)(bits ^ Faults[(long)set + index]);
        return bits * Scale;
    }

    /// <summary>Four neighbouring weights, the first of which has a number that 4 divides; so has the set's start.</summary>
    public Float4 ChunkAt(int set, int index)
    {
        if (Values.Length > 0) return Values.Cast<Float4>()[index / 4];
        int bits = Packed.Cast<int>()[index / 4];
        if (Faults.Length > 0) bits ^= Faults.Cast<int>()[(set / 4) + (index / 4)];
        return new Float4((sbyte)bits * Scale, (sbyte)(bits >> 8) * Scale, (sbyte)(bits >> 16) * Scale, (bits >> 24) * Scale);
    }
}
