using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="BatchNormFold"/>: scale = gamma / sqrt(running variance + epsilon),
/// shift = beta + scale * (bias - running mean), all [channels].
/// </summary>
public readonly record struct BatchNormFoldArgs(
    Storage<float> Gamma, Storage<float> Beta, Storage<float> RunningMean, Storage<float> RunningVariance, Storage<float>? Bias, float Epsilon, Storage<float> Scale,
    Storage<float> Shift, int Channels)
    : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(6L * Channels, (Bias is null ? 6L : 7L) * sizeof(float) * Channels, $"{Channels}");
}

/// <summary>Batch normalization with the running statistics, as one factor and one summand per channel.</summary>
public readonly unsafe struct BatchNormFold : IKernel<BatchNormFoldArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in BatchNormFoldArgs args)
    {
        float* gamma = device.Pointer(args.Gamma), beta = device.Pointer(args.Beta), bias = device.PointerOrNull(args.Bias);
        float* mean = device.Pointer(args.RunningMean), variance = device.Pointer(args.RunningVariance);
        float* scale = device.Pointer(args.Scale), shift = device.Pointer(args.Shift);
        for (int c = 0; c < args.Channels; c++)
        {
            scale[c] = gamma[c] / MathF.Sqrt(variance[c] + args.Epsilon);
            shift[c] = beta[c] + (scale[c] * ((bias == null ? 0 : bias[c]) - mean[c]));
        }
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in BatchNormFoldArgs args) => device.Launch(Kernel, args.Channels, new GpuArgs(device, in args));

    internal static void Kernel(GpuArgs a)
    {
        for (long c = GridStride.First; c < a.Channels; c += GridStride.Step)
        {
            float scale = a.Gamma[c] / MathF.Sqrt(a.RunningVariance[c] + a.Epsilon);
            float bias = 0;
            if (a.Bias.Length > 0) bias = a.Bias[c];
            a.Scale[c] = scale;
            a.Shift[c] = a.Beta[c] + (scale * (bias - a.RunningMean[c]));
        }
    }

    internal readonly struct GpuArgs(GpuDevice device, in BatchNormFoldArgs args)
    {
        public readonly ArrayView<float> Gamma = device.View(args.Gamma);
        public readonly ArrayView<float> Beta = device.View(args.Beta);
        public readonly ArrayView<float> RunningMean = device.View(args.RunningMean);
        public readonly ArrayView<float> RunningVariance = device.View(args.RunningVariance);
        public readonly ArrayView<float> Bias = device.ViewOrEmpty(args.Bias, args.Gamma);
        public readonly ArrayView<float> Scale = device.View(args.Scale);
        public readonly ArrayView<float> Shift = device.View(args.Shift);
        public readonly float Epsilon = args.Epsilon;
        public readonly int Channels = args.Channels;
    }
}
