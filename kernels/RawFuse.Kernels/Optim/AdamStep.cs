using System.Numerics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="AdamStep"/> (Kingma and Ba, 2015): m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
/// w -= rate / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon). Both moments start at 0.
/// </summary>
/// <param name="Weights">Parameters, updated.</param>
/// <param name="Gradient">Their gradient.</param>
/// <param name="Mean">First moment m, updated.</param>
/// <param name="Variance">Second moment v, updated.</param>
/// <param name="Count">Number of parameters.</param>
/// <param name="Rate">Learning rate.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Keeps the division finite.</param>
/// <param name="Step">Number t of this step, from 1.</param>
public readonly record struct AdamStepArgs(
    Storage<float> Weights, Storage<float> Gradient, Storage<float> Mean, Storage<float> Variance, int Count, float Rate, float Beta1, float Beta2, float Epsilon, int Step)
{
    internal float RateCorrected => (float)(Rate / (1 - Math.Pow(Beta1, Step)));

    internal float DeviationCorrection => (float)Math.Sqrt(1 - Math.Pow(Beta2, Step));
}

/// <summary>One step of Adam.</summary>
public readonly unsafe struct AdamStep : IKernel<AdamStepArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in AdamStepArgs args) =>
        device.For(
            Chunks.Of(args.Count),
            new Body(
                device.Pointer(args.Weights), device.Pointer(args.Gradient), device.Pointer(args.Mean), device.Pointer(args.Variance), args.Count, args.RateCorrected,
                args.DeviationCorrection, args.Beta1, args.Beta2, args.Epsilon));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in AdamStepArgs args) => device.Launch(Kernel, args.Count, new GpuArgs(device, in args));

    internal static void Kernel(GpuArgs a)
    {
        for (long i = GridStride.First; i < a.Count; i += GridStride.Step)
        {
            float g = a.Gradient[i];
            float m = (a.Beta1 * a.Mean[i]) + ((1 - a.Beta1) * g);
            float v = (a.Beta2 * a.Variance[i]) + ((1 - a.Beta2) * g * g);
            a.Mean[i] = m;
            a.Variance[i] = v;
            a.Weights[i] -= a.Rate * (m / ((MathF.Sqrt(v) / a.DeviationCorrection) + a.Epsilon));
        }
    }

    private readonly struct Body(
        float* weights, float* gradient, float* mean, float* variance, int count, float rate, float deviationCorrection, float beta1, float beta2, float epsilon)
        : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            var correction = new Vector<float>(deviationCorrection);
            var small = new Vector<float>(epsilon);
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> g = Vector.Load(gradient + i);
                Vector<float> m = (beta1 * Vector.Load(mean + i)) + ((1 - beta1) * g);
                Vector<float> v = (beta2 * Vector.Load(variance + i)) + ((1 - beta2) * g * g);
                m.Store(mean + i);
                v.Store(variance + i);
                (Vector.Load(weights + i) - (rate * (m / ((Vector.SquareRoot(v) / correction) + small)))).Store(weights + i);
            }

            for (; i < end; i++)
            {
                float g = gradient[i];
                mean[i] = (beta1 * mean[i]) + ((1 - beta1) * g);
                variance[i] = (beta2 * variance[i]) + ((1 - beta2) * g * g);
                weights[i] -= rate * (mean[i] / ((MathF.Sqrt(variance[i]) / deviationCorrection) + epsilon));
            }
        }
    }

    internal readonly struct GpuArgs(GpuDevice device, in AdamStepArgs args)
    {
        public readonly ArrayView<float> Weights = device.View(args.Weights);
        public readonly ArrayView<float> Gradient = device.View(args.Gradient);
        public readonly ArrayView<float> Mean = device.View(args.Mean);
        public readonly ArrayView<float> Variance = device.View(args.Variance);
        public readonly int Count = args.Count;
        public readonly float Rate = args.RateCorrected;
        public readonly float DeviationCorrection = args.DeviationCorrection;
        public readonly float Beta1 = args.Beta1;
        public readonly float Beta2 = args.Beta2;
        public readonly float Epsilon = args.Epsilon;
    }
}
