using ILGPU;

namespace RawFuse.Kernels;

/// <summary><see cref="Conv2dShape"/> in the plain form GPU kernels take.</summary>
internal readonly struct GpuConv(Conv2dShape shape)
{
    public readonly int Images = shape.Images;
    public readonly int InHeight = shape.InHeight;
    public readonly int InWidth = shape.InWidth;
    public readonly int InChannels = shape.InChannels;
    public readonly int OutHeight = shape.OutHeight;
    public readonly int OutWidth = shape.OutWidth;
    public readonly int OutChannels = shape.OutChannels;
    public readonly int KernelHeight = shape.KernelHeight;
    public readonly int KernelWidth = shape.KernelWidth;
    public readonly int Stride = shape.Stride;
    public readonly int Padding = shape.Padding;
    public readonly int WeightLength = shape.WeightLength;
}

/// <summary><see cref="ConvWeights"/> on a GPU: floats, or bytes dequantized (and faults applied) as they are read.</summary>
internal readonly struct GpuWeights
{
    public readonly ArrayView<float> Values;
    public readonly ArrayView<sbyte> Packed;
    public readonly ArrayView<byte> Faults;
    public readonly float Scale;
    public readonly int Sets;

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
        Sets = weights.Sets;
    }

    /// <summary>Weight number <paramref name="index"/> of the set that starts at <paramref name="set"/>.</summary>
    public float At(long set, long index)
    {
        if (Values.Length > 0) return Values[index];
        int bits = Packed[index];
        if (Faults.Length > 0) bits = (sbyte)(bits ^ Faults[set + index]);
        return bits * Scale;
    }
}
