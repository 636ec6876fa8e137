namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="Conv2dForward"/>: output[n, y, x, o] = epilogue(sum over kernel pixels and input channels of
/// input[n, y*stride + kh - padding, x*stride + kw - padding, i] * weights[kh, kw, i, o]), zeros outside the image.
/// </summary>
public readonly record struct Conv2dForwardArgs(Conv2dShape Shape, Storage<float> Input, ConvWeights Weights, Storage<float> Output, ConvEpilogue Epilogue = default) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => ConvolutionCost.Of(in this);
}

/// <summary>Two-dimensional convolution (cross-correlation, as in every deep-learning framework).</summary>
public readonly struct Conv2dForward : IKernel<Conv2dForwardArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in Conv2dForwardArgs args)
    {
        args.Weights.Check(args.Shape);
        CpuConvolution.Run(device, args.Shape, args.Weights, null, args.Input, args.Output, args.Epilogue, inputGradient: false);
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in Conv2dForwardArgs args)
    {
        args.Weights.Check(args.Shape);
        GpuConvolution.Forward(device, in args);
    }
}
