using ILGPU;

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
        using Storage<float> sums = GpuEpilogue.SumsOf(device, args.Epilogue, args.Output, args.Shape.OutputLength);
        device.Launch(Kernel, args.Shape.OutputLength, new GpuArgs(new GpuConv(args.Shape), device.View(args.Input), new GpuWeights(device, args.Weights), device.View(sums)));
        GpuEpilogue.Apply(device, args.Epilogue, sums, args.Output, args.Shape.Images * args.Shape.OutHeight * args.Shape.OutWidth, args.Shape.OutChannels);
    }

    internal static void Kernel(GpuArgs a)
    {
        GpuConv s = a.Shape;
        long count = (long)s.Images * s.OutHeight * s.OutWidth * s.OutChannels;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            int o = (int)(index % s.OutChannels);
            long pixel = index / s.OutChannels;
            int x = (int)(pixel % s.OutWidth);
            int y = (int)(pixel / s.OutWidth % s.OutHeight);
            int n = (int)(pixel / s.OutWidth / s.OutHeight);
            long set = (long)(n / (s.Images / a.Weights.Sets)) * s.WeightLength;
            float sum = 0;
            for (int kh = 0; kh < s.KernelHeight; kh++)
            {
                int ih = (y * s.Stride) + kh - s.Padding;
                if (ih < 0 || ih >= s.InHeight) continue;
                for (int kw = 0; kw < s.KernelWidth; kw++)
                {
                    int iw = (x * s.Stride) + kw - s.Padding;
                    if (iw < 0 || iw >= s.InWidth) continue;
                    long source = (((((long)n * s.InHeight) + ih) * s.InWidth) + iw) * s.InChannels;
                    long weight = ((((long)kh * s.KernelWidth) + kw) * s.InChannels * s.OutChannels) + o;
                    for (int i = 0; i < s.InChannels; i++) sum += a.Input[source + i] * a.Weights.At(set, weight + ((long)i * s.OutChannels));
                }
            }

            a.Output[index] = sum;
        }
    }

    internal readonly struct GpuArgs(GpuConv shape, ArrayView<float> input, GpuWeights weights, ArrayView<float> output)
    {
        public readonly GpuConv Shape = shape;
        public readonly ArrayView<float> Input = input;
        public readonly GpuWeights Weights = weights;
        public readonly ArrayView<float> Output = output;
    }
}
