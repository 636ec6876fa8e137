namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="Conv2dWeightGradient"/>: weightGradient[kh, kw, i, o] = sum over images and output pixels of
/// input[n, y*stride + kh - padding, x*stride + kw - padding, i] * outputGradient[n, y, x, o].
/// </summary>
public readonly record struct Conv2dWeightGradientArgs(Conv2dShape Shape, Storage<float> Input, Storage<float> OutputGradient, Storage<float> WeightGradient) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => ConvolutionCost.Of(in this);
}

/// <summary>The gradient of a convolution with respect to its weights.</summary>
public readonly struct Conv2dWeightGradient : IKernel<Conv2dWeightGradientArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in Conv2dWeightGradientArgs args)
    {
        Conv2dShape shape = args.Shape;
        if (shape.Images == 0)
        {
            device.Span(args.WeightGradient)[..shape.WeightLength].Clear();
            return;
        }

        switch (ConvPlan.ChooseWeightGradient(device.Convolutions, in shape))
        {
            case ConvAlgorithm.WinogradF4:
                WinogradWeightGradient<WinogradF4>.Run(device, in shape, args.Input, args.OutputGradient, args.WeightGradient);
                break;
            case ConvAlgorithm.WinogradF2:
                WinogradWeightGradient<WinogradF2>.Run(device, in shape, args.Input, args.OutputGradient, args.WeightGradient);
                break;
            case ConvAlgorithm.WinogradStride2:
                WinogradWeightGradient<WinogradStride2>.Run(device, in shape, args.Input, args.OutputGradient, args.WeightGradient);
                break;
            default:
                DirectWeightGradient.Run(device, in shape, args.Input, args.OutputGradient, args.WeightGradient);
                break;
        }
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in Conv2dWeightGradientArgs args) => GpuConvolution.WeightGradient(device, in args);
}
