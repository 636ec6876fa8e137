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
