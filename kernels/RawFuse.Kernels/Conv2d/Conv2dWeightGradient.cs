using ILGPU;

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
    public static void Gpu(GpuDevice device, in Conv2dWeightGradientArgs args) =>
        device.Launch(
            Kernel, args.Shape.WeightLength,
            new GpuArgs(new GpuConv(args.Shape), device.View(args.Input), device.View(args.OutputGradient), device.View(args.WeightGradient)));

    internal static void Kernel(GpuArgs a)
    {
        GpuConv s = a.Shape;
        for (long index = GridStride.First; index < s.WeightLength; index += GridStride.Step)
        {
            int o = (int)(index % s.OutChannels);
            int i = (int)(index / s.OutChannels % s.InChannels);
            int tap = (int)(index / s.OutChannels / s.InChannels);
            int kh = tap / s.KernelWidth;
            int kw = tap % s.KernelWidth;
            float sum = 0;
            for (int n = 0; n < s.Images; n++)
            {
                for (int y = 0; y < s.OutHeight; y++)
                {
                    int ih = (y * s.Stride) + kh - s.Padding;
                    if (ih < 0 || ih >= s.InHeight) continue;
                    for (int x = 0; x < s.OutWidth; x++)
                    {
                        int iw = (x * s.Stride) + kw - s.Padding;
                        if (iw < 0 || iw >= s.InWidth) continue;
                        long source = ((((((long)n * s.InHeight) + ih) * s.InWidth) + iw) * s.InChannels) + i;
                        long target = ((((((long)n * s.OutHeight) + y) * s.OutWidth) + x) * s.OutChannels) + o;
                        sum += a.Input[source] * a.OutputGradient[target];
                    }
                }
            }

            a.WeightGradient[index] = sum;
        }
    }

    internal readonly struct GpuArgs(GpuConv shape, ArrayView<float> input, ArrayView<float> outputGradient, ArrayView<float> weightGradient)
    {
        public readonly GpuConv Shape = shape;
        public readonly ArrayView<float> Input = input;
        public readonly ArrayView<float> OutputGradient = outputGradient;
        public readonly ArrayView<float> WeightGradient = weightGradient;
    }
}
