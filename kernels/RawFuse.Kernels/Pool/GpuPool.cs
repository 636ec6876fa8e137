namespace RawFuse.Kernels;

/// <summary><see cref="PoolShape"/> in the plain form GPU kernels take.</summary>
internal readonly struct GpuPool(PoolShape shape)
{
    public readonly int Images = shape.Images;
    public readonly int InHeight = shape.InHeight;
    public readonly int InWidth = shape.InWidth;
    public readonly int Channels = shape.Channels;
    public readonly int Window = shape.Window;
    public readonly int Stride = shape.Stride;
    public readonly int Padding = shape.Padding;
    public readonly int OutHeight = shape.OutHeight;
    public readonly int OutWidth = shape.OutWidth;
}
