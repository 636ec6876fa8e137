namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="Conv2dInputGradient"/>: inputGradient[n, y, x, i] = epilogue(sum of outputGradient[n, oy, ox, o] *
/// outScale[o] * weights[kh, kw, i, o] over all (oy, kh), (ox, kw) with oy*stride + kh - padding = y and likewise for x).
/// </summary>
/// <param name="Shape">The sizes of the convolution whose input gradient this is.</param>
/// <param name="OutputGradient">[images, out height, out width, out channels].</param>
/// <param name="Weights">The convolution's weights.</param>
/// <param name="InputGradient">[images, in height, in width, in channels].</param>
/// <param name="OutScale">One factor per output channel (that of a folded batch normalization), or null.</param>
/// <param name="Epilogue">What is done to the sums; its channels are the convolution's input channels.</param>
public readonly record struct Conv2dInputGradientArgs(
    Conv2dShape Shape, Storage<float> OutputGradient, ConvWeights Weights, Storage<float> InputGradient, Storage<float>? OutScale = null, ConvEpilogue Epilogue = default) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => ConvolutionCost.Of(in this);
}

/// <summary>The gradient of a convolution with respect to its input. It is also the forward pass of a transposed convolution.</summary>
public readonly struct Conv2dInputGradient : IKernel<Conv2dInputGradientArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in Conv2dInputGradientArgs args)
    {
        args.Weights.Check(args.Shape);
        CpuConvolution.Run(
            device, args.Shape, args.Weights, args.OutScale, args.OutputGradient, args.InputGradient, args.Epilogue, inputGradient: true);
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in Conv2dInputGradientArgs args)
    {
        args.Weights.Check(args.Shape);
        GpuConvolution.InputGradient(device, in args);
    }
}
