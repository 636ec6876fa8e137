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
/// <param name="Beta1">Decay of the first moment; double, because 1 - beta is rounded to float32 only once it is computed, as in PyTorch.</param>
/// <param name="Beta2">Decay of the second moment; double for the same reason: 1 - 0.999f is 1.3e-5 too small.</param>
/// <param name="Epsilon">Keeps the division finite.</param>
/// <param name="Step">Number t of this step, from 1.</param>
public readonly record struct AdamStepArgs(
    Storage<float> Weights, Storage<float> Gradient, Storage<float> Mean, Storage<float> Variance, int Count, float Rate, double Beta1, double Beta2,
    float Epsilon, int Step)
    : IKernelCost
{
    /// <summary>Per parameter 3 operations for the first moment, 4 for the second and 6 for the step.</summary>
    public KernelCost Cost => new(13L * Count, 7L * sizeof(float) * Count, $"{Count}");
}

/// <summary>One step of Adam.</summary>
public readonly unsafe struct AdamStep : IKernel<AdamStepArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in AdamStepArgs args) =>
        device.For(
            Chunks.Of(args.Count),
            new Body(
                device.Pointer(args.Weights), device.Pointer(args.Gradient), device.Pointer(args.Mean), device.Pointer(args.Variance), args.Count,
                new Factors(in args)));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in AdamStepArgs args) => device.Launch(Kernel, GridStride.ChunksOf(args.Count), new GpuArgs(device, in args));

    internal static void Kernel(GpuArgs a)
    {
        Factors f = a.Factors;
        ArrayView<Float4> weights = a.Weights.Cast<Float4>(), gradient = a.Gradient.Cast<Float4>(), mean = a.Mean.Cast<Float4>(), variance = a.Variance.Cast<Float4>();
        int chunks = a.Count / 4;
        for (long i = GridStride.First; i < chunks; i += GridStride.Step)
        {
            Float4 g = gradient[i], m = (mean[i] * f.Decay1) + (g * f.Gain1), v = (variance[i] * f.Decay2) + (g * g * f.Gain2);
            mean[i] = m;
            variance[i] = v;
            weights[i] -= new Float4(Step(f, m.X, v.X), Step(f, m.Y, v.Y), Step(f, m.Z, v.Z), Step(f, m.W, v.W));
        }

        for (long i = (4L * chunks) + GridStride.First; i < a.Count; i += GridStride.Step)
        {
            float g = a.Gradient[i], m = (f.Decay1 * a.Mean[i]) + (f.Gain1 * g), v = (f.Decay2 * a.Variance[i]) + (f.Gain2 * g * g);
            a.Mean[i] = m;
            a.Variance[i] = v;
            a.Weights[i] -= Step(f, m, v);
        }
    }

    private static float Step(Factors f, float m, float v) => f.Rate * (m / ((MathF.Sqrt(v) / f.DeviationCorrection) + f.Epsilon));

    /// <summary>What is the same for all parameters: computed in double, rounded to float32 once.</summary>
    internal readonly struct Factors(in AdamStepArgs args)
    {
        public readonly float Rate = (float)(args.Rate / (1 - Math.Pow(args.Beta1, args.Step)));
        public readonly float DeviationCorrection = (float)Math.Sqrt(1 - Math.Pow(args.Beta2, args.Step));
        public readonly float Decay1 = (float)args.Beta1;
        public readonly float Gain1 = (float)(1 - args.Beta1);
        public readonly float Decay2 = (float)args.Beta2;
        public readonly float Gain2 = (float)(1 - args.Beta2);
        public readonly float Epsilon = args.Epsilon;
    }

    private readonly struct Body(float* weights, float* gradient, float* mean, float* variance, int count, Factors f) : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            var correction = new Vector<float>(f.DeviationCorrection);
            var small = new Vector<float>(f.Epsilon);
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> g = Vector.Load(gradient + i);
                Vector<float> m = (f.Decay1 * Vector.Load(mean + i)) + (f.Gain1 * g);
                Vector<float> v = (f.Decay2 * Vector.Load(variance + i)) + (f.Gain2 * g * g);
                m.Store(mean + i);
                v.Store(variance + i);
                (Vector.Load(weights + i) - (f.Rate * (m / ((Vector.SquareRoot(v) / correction) + small)))).Store(weights + i);
            }

            for (; i < end; i++)
            {
                float g = gradient[i];
                mean[i] = (f.Decay1 * mean[i]) + (f.Gain1 * g);
                variance[i] = (f.Decay2 * variance[i]) + (f.Gain2 * g * g);
                weights[i] -= f.Rate * (mean[i] / ((MathF.Sqrt(variance[i]) / f.DeviationCorrection) + f.Epsilon));
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
        public readonly Factors Factors = new(in args);
    }
}
