namespace RawFuse.Kernels;

/// <summary>The sizes of a pooling over square windows of NHWC images, without padding; a last, incomplete window is dropped.</summary>
public readonly record struct PoolShape
{
    /// <summary>Describes a pooling.</summary>
    /// <exception cref="ArgumentException">A size is not positive, or the window is larger than the image.</exception>
    public PoolShape(int images, int inHeight, int inWidth, int channels, int window, int stride)
    {
        if (images < 0 || inHeight < 1 || inWidth < 1 || channels < 1 || window < 1 || stride < 1)
            throw new ArgumentException($"Pool: input {images}x{inHeight}x{inWidth}x{channels}, window {window}, stride {stride}: all must be positive.");
        if (window > inHeight || window > inWidth)
            throw new ArgumentException($"Pool: a window of {window}x{window} does not fit an image of {inHeight}x{inWidth}.");
        Images = images;
        InHeight = inHeight;
        InWidth = inWidth;
        Channels = channels;
        Window = window;
        Stride = stride;
        OutHeight = ((inHeight - window) / stride) + 1;
        OutWidth = ((inWidth - window) / stride) + 1;
    }

    /// <summary>Number of images.</summary>
    public int Images { get; }

    /// <summary>Input height in pixels.</summary>
    public int InHeight { get; }

    /// <summary>Input width in pixels.</summary>
    public int InWidth { get; }

    /// <summary>Channels.</summary>
    public int Channels { get; }

    /// <summary>Height and width of the window in pixels.</summary>
    public int Window { get; }

    /// <summary>Step between windows in pixels.</summary>
    public int Stride { get; }

    /// <summary>Output height in pixels.</summary>
    public int OutHeight { get; }

    /// <summary>Output width in pixels.</summary>
    public int OutWidth { get; }

    /// <summary>Elements of the input.</summary>
    public int InputLength => checked(Images * InHeight * InWidth * Channels);

    /// <summary>Elements of the output.</summary>
    public int OutputLength => checked(Images * OutHeight * OutWidth * Channels);
}
