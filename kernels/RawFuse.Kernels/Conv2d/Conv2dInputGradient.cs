using ILGPU;

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
        using Storage<float> sums = GpuEpilogue.SumsOf(device, args.Epilogue, args.InputGradient, args.Shape.InputLength);
        device.Launch(
            Kernel, args.Shape.InputLength,
            new GpuArgs(
                new GpuConv(args.Shape), device.View(args.OutputGradient), new GpuWeights(device, args.Weights), device.ViewOrEmpty(args.OutScale, args.OutputGradient),
                device.View(sums)));
        GpuEpilogue.Apply(device, args.Epilogue, sums, args.InputGradient, args.Shape.Images * args.Shape.InHeight * args.Shape.InWidth, args.Shape.InChannels);
    }

    internal static void Kernel(GpuArgs a)
    {
        GpuConv s = a.Shape;
        long count = (long)s.Images * s.InHeight * s.InWidth * s.InChannels;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            int i = (int)(index % s.InChannels);
            long pixel = index / s.InChannels;
            int x = (int)(pixel % s.InWidth);
            int y = (int)(pixel / s.InWidth % s.InHeight);
            int n = (int)(pixel / s.InWidth / s.InHeight);
            long set = (long)(n / (s.Images / a.Weights.Sets)) * s.WeightLength;
            float sum = 0;
            for (int kh = 0; kh < s.KernelHeight; kh++)
            {
                int up = y + s.Padding - kh;
                int oy = up / s.Stride;
                if (up < 0 || oy >= s.OutHeight || oy * s.Stride != up) continue;
                for (int kw = 0; kw < s.KernelWidth; kw++)
                {
                    int across = x + s.Padding - kw;
                    int ox = across / s.Stride;
                    if (across < 0 || ox >= s.OutWidth || ox * s.Stride != across) continue;
                    long source = (((((long)n * s.OutHeight) + oy) * s.OutWidth) + ox) * s.OutChannels;
                    long weight = ((((long)kh * s.KernelWidth) + kw) * s.InChannels + i) * s.OutChannels;
                    for (int o = 0; o < s.OutChannels; o++)
                    {
                        float w = a.Weights.At(set, weight + o);
                        if (a.OutScale.Length > 0) w *= a.OutScale[o];
                        sum += a.OutputGradient[source + o] * w;
                    }
                }
            }

            a.InputGradient[index] = sum;
        }
    }

    internal readonly struct GpuArgs(GpuConv shape, ArrayView<float> outputGradient, GpuWeights weights, ArrayView<float> outScale, ArrayView<float> inputGradient)
    {
        public readonly GpuConv Shape = shape;
        public readonly ArrayView<float> OutputGradient = outputGradient;
        public readonly GpuWeights Weights = weights;
        public readonly ArrayView<float> OutScale = outScale;
        public readonly ArrayView<float> InputGradient = inputGradient;
    }
}
