namespace RawFuse.Kernels;

/// <summary>Which channel of which pixel an element of [images, height, width, channels] is, for use inside GPU kernels. 32 bits do: no buffer has more elements.</summary>
internal readonly struct GridPixel
{
    public readonly int Channel;
    public readonly int X;
    public readonly int Y;
    public readonly int Image;

    public GridPixel(long index, int height, int width, int channels)
    {
        uint pixel = (uint)index / (uint)channels, row = pixel / (uint)width;
        Channel = (int)((uint)index - (pixel * (uint)channels));
        X = (int)(pixel - (row * (uint)width));
        Image = (int)(row / (uint)height);
        Y = (int)(row - ((uint)Image * (uint)height));
    }
}
