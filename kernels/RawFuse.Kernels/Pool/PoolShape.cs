namespace RawFuse.Kernels;

/// <summary>The sizes of a pooling over square windows of NHWC images; a last, incomplete window is dropped.</summary>
public readonly record struct PoolShape
{
    /// <summary>Describes a pooling.</summary>
    /// <exception cref="ArgumentException">
    /// A size is not positive, the padding is more than half a window, or the window is larger than the padded image.
    /// </exception>
    public PoolShape(int images, int inHeight, int inWidth, int channels, int window, int stride, int padding = 0)
    {
        if (images < 0 || inHeight < 1 || inWidth < 1 || channels < 1 || window < 1 || stride < 1)
            throw new ArgumentException($"Pool: input {images}x{inHeight}x{inWidth}x{channels}, window {window}, stride {stride}: all must be positive.");
        if (padding < 0 || padding > window / 2)
            throw new ArgumentException($"Pool: a window of {window}x{window} takes a padding of 0 to {window / 2}, not {padding}.");
        if (window - padding > inHeight + padding || window - padding > inWidth + padding)
            throw new ArgumentException($"Pool: a window of {window}x{window} does not fit an image of {inHeight}x{inWidth} with padding {padding}.");
        Images = images;
        InHeight = inHeight;
        InWidth = inWidth;
        Channels = channels;
        Window = window;
        Stride = stride;
        Padding = padding;
        OutHeight = ((inHeight + (2 * padding) - window) / stride) + 1;
        OutWidth = ((inWidth + (2 * padding) - window) / stride) + 1;
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

    /// <summary>Pixels on each side that are not there: a maximum leaves them out, a mean does not take them.</summary>
    public int Padding { get; }

    /// <summary>Output height in pixels.</summary>
    public int OutHeight { get; }

    /// <summary>Output width in pixels.</summary>
    public int OutWidth { get; }

    /// <summary>Elements of the input.</summary>
    public int InputLength => checked(Images * InHeight * InWidth * Channels);

    /// <summary>Elements of the output.</summary>
    public int OutputLength => checked(Images * OutHeight * OutWidth * Channels);

    /// <summary>Elements of all windows together.</summary>
    internal long WindowPixels => (long)OutputLength * Window * Window;

    /// <summary>The sizes in one line.</summary>
    internal string Describe() => $"{InHeight}x{InWidth}x{Channels} w{Window} s{Stride} x{Images}";
}
