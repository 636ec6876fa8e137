namespace RawFuse.Kernels;

/// <summary>
/// The sizes of a two-dimensional convolution. Activations are NHWC ([images, height, width, channels]), weights HWIO
/// ([kernel height, kernel width, input channels, output channels]), all row-major.
/// </summary>
public readonly record struct Conv2dShape
{
    /// <summary>Describes a convolution; the output size follows: (in + 2 padding - kernel) / stride + 1, rounded down.</summary>
    /// <exception cref="ArgumentException">A size is not positive, the padding is negative, or the kernel does not fit the padded input.</exception>
    public Conv2dShape(int images, int inHeight, int inWidth, int inChannels, int outChannels, int kernelHeight, int kernelWidth, int stride = 1, int padding = 0)
    {
        if (images < 0 || inHeight < 1 || inWidth < 1 || inChannels < 1 || outChannels < 1 || kernelHeight < 1 || kernelWidth < 1 || stride < 1 || padding < 0)
            throw new ArgumentException(
                $"Conv2d: input {images}x{inHeight}x{inWidth}x{inChannels}, kernel {kernelHeight}x{kernelWidth}, {outChannels} filters, stride {stride}, "
                + $"padding {padding}: sizes and stride must be positive, padding 0 or more.");
        if (inHeight + (2 * padding) < kernelHeight || inWidth + (2 * padding) < kernelWidth)
            throw new ArgumentException(
                $"Conv2d: a {kernelHeight}x{kernelWidth} kernel does not fit an input of {inHeight}x{inWidth} with padding {padding}.");
        Images = images;
        InHeight = inHeight;
        InWidth = inWidth;
        InChannels = inChannels;
        OutChannels = outChannels;
        KernelHeight = kernelHeight;
        KernelWidth = kernelWidth;
        Stride = stride;
        Padding = padding;
        OutHeight = ((inHeight + (2 * padding) - kernelHeight) / stride) + 1;
        OutWidth = ((inWidth + (2 * padding) - kernelWidth) / stride) + 1;
    }

    /// <summary>Number of images.</summary>
    public int Images { get; }

    /// <summary>Input height in pixels.</summary>
    public int InHeight { get; }

    /// <summary>Input width in pixels.</summary>
    public int InWidth { get; }

    /// <summary>Input channels.</summary>
    public int InChannels { get; }

    /// <summary>Output channels (filters).</summary>
    public int OutChannels { get; }

    /// <summary>Kernel height in pixels.</summary>
    public int KernelHeight { get; }

    /// <summary>Kernel width in pixels.</summary>
    public int KernelWidth { get; }

    /// <summary>Step between neighbouring outputs, in both directions.</summary>
    public int Stride { get; }

    /// <summary>Zero pixels added on each of the four sides.</summary>
    public int Padding { get; }

    /// <summary>Output height in pixels.</summary>
    public int OutHeight { get; }

    /// <summary>Output width in pixels.</summary>
    public int OutWidth { get; }

    /// <summary>Pixels of the kernel.</summary>
    public int Taps => KernelHeight * KernelWidth;

    /// <summary>Elements of the input.</summary>
    public int InputLength => checked(Images * InHeight * InWidth * InChannels);

    /// <summary>Elements of the output.</summary>
    public int OutputLength => checked(Images * OutHeight * OutWidth * OutChannels);

    /// <summary>Elements of one set of weights.</summary>
    public int WeightLength => checked(Taps * InChannels * OutChannels);

    /// <summary>Multiply-accumulate operations of the forward pass.</summary>
    public long Macs => (long)Images * OutHeight * OutWidth * OutChannels * Taps * InChannels;

    /// <summary>
    /// The convolution whose input gradient is the transposed convolution with these sizes: its input is the transposed
    /// convolution's output, (in - 1) stride - 2 padding + kernel pixels high and wide.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not describe a transposed convolution.</exception>
    public static Conv2dShape Transposed(int images, int inHeight, int inWidth, int inChannels, int outChannels, int kernelHeight, int kernelWidth, int stride, int padding)
    {
        int outHeight = ((inHeight - 1) * stride) - (2 * padding) + kernelHeight;
        int outWidth = ((inWidth - 1) * stride) - (2 * padding) + kernelWidth;
        return new Conv2dShape(images, outHeight, outWidth, outChannels, inChannels, kernelHeight, kernelWidth, stride, padding);
    }
}
