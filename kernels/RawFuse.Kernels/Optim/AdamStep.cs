using System.Numerics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="AdamStep"/> (Kingma and Ba, 2015): m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
/// w -= rate / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon). Both moments start at 0.
/// </summary>
/// <param name="Tensors">The tensors to update.</param>
/// <param name="Rate">Learning rate.</param>
/// <param name="Beta1">Decay of the first moment; double, because 1 - beta is rounded to float32 only once it is computed, as in PyTorch.</param>
/// <param name="Beta2">Decay of the second moment; double for the same reason: 1 - 0.999f is 1.3e-5 too small.</param>
/// <param name="Epsilon">Keeps the division finite.</param>
public readonly record struct AdamStepArgs(ReadOnlyMemory<AdamTensor> Tensors, float Rate, double Beta1, double Beta2, float Epsilon) : IKernelCost
{
    /// <summary>Per parameter 3 operations for the first moment, 4 for the second and 6 for the step.</summary>
    public KernelCost Cost
    {
        get
        {
            long count = 0;
            foreach (AdamTensor tensor in Tensors.Span) count += tensor.Count;
            return new(13 * count, 7 * sizeof(float) * count, $"{count} in {Tensors.Length}");
        }
    }
}

/// <summary>A tensor that <see cref="AdamStep"/> updates.</summary>
/// <param name="Weights">Parameters, updated.</param>
/// <param name="Gradient">Their gradient.</param>
/// <param name="Mean">First moment m, updated.</param>
/// <param name="Variance">Second moment v, updated.</param>
/// <param name="Count">Number of parameters.</param>
/// <param name="Step">Number t of this step, from 1.</param>
public readonly record struct AdamTensor(Storage<float> Weights, Storage<float> Gradient, Storage<float> Mean, Storage<float> Variance, int Count, int Step);

/// <summary>One step of Adam, for many tensors at once.</summary>
public readonly unsafe struct AdamStep : IKernel<AdamStepArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in AdamStepArgs args)
    {
        foreach (AdamTensor tensor in args.Tensors.Span)
        {
            device.For(
                Chunks.Of(tensor.Count),
                new Body(
                    device.Pointer(tensor.Weights), device.Pointer(tensor.Gradient), device.Pointer(tensor.Mean), device.Pointer(tensor.Variance), tensor.Count,
                    new Factors(in args, tensor.Step)));
        }
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in AdamStepArgs args)
    {
        for (int first = 0; first < args.Tensors.Length; first += GpuTensors.Most)
        {
            var tensors = new GpuTensors<OptimizerTensor>();
            for (int i = first; i < Math.Min(args.Tensors.Length, first + GpuTensors.Most); i++)
            {
                AdamTensor tensor = args.Tensors.Span[i];
                var factors = new Factors(in args, tensor.Step);
                tensors.Set(i - first, new OptimizerTensor
                {
                    Weights = device.View(tensor.Weights),
                    Gradient = device.View(tensor.Gradient),
                    First = device.View(tensor.Mean),
                    Second = device.View(tensor.Variance),
                    Count = tensor.Count,
                    Rate = factors.Rate,
                    Correction = factors.DeviationCorrection,
                });
            }

            if (tensors.Blocks > 0) device.LaunchGroups(Kernel, tensors.Blocks, GpuDevice.GroupSize, new GpuArgs(tensors, new Factors(in args, 1)));
        }
    }

    internal static void Kernel(GpuArgs a)
    {
        Factors f = a.Factors;
        OptimizerTensor t = a.Tensors.Of(Grid.IdxX);
        int start = GpuTensors.FirstOfThread(t), i = start / 4;
        if (start <= t.Count - 4)
        {
            ArrayView<Float4> weights = t.Weights.Cast<Float4>(), gradient = t.Gradient.Cast<Float4>(), mean = t.First.Cast<Float4>(), variance = t.Second.Cast<Float4>();
            Float4 g = gradient[i], m = (mean[i] * f.Decay1) + (g * f.Gain1), v = (variance[i] * f.Decay2) + (g * g * f.Gain2);
            mean[i] = m;
            variance[i] = v;
            weights[i] -= new Float4(Step(f, t, m.X, v.X), Step(f, t, m.Y, v.Y), Step(f, t, m.Z, v.Z), Step(f, t, m.W, v.W));
            return;
        }

        for (int k = start; k < t.Count; k++)
        {
            float g = t.Gradient[k], m = (f.Decay1 * t.First[k]) + (f.Gain1 * g), v = (f.Decay2 * t.Second[k]) + (f.Gain2 * g * g);
            t.First[k] = m;
            t.Second[k] = v;
            t.Weights[k] -= Step(f, t, m, v);
        }
    }

    private static float Step(Factors f, OptimizerTensor t, float m, float v) => t.Rate * (m / ((MathF.Sqrt(v) / t.Correction) + f.Epsilon));

    /// <summary>What is the same for all parameters of a tensor: computed in double, rounded to float32 once.</summary>
    internal readonly struct Factors(in AdamStepArgs args, int step)
    {
        public readonly float Rate = (float)(args.Rate / (1 - Math.Pow(args.Beta1, step)));
        public readonly float DeviationCorrection = (float)Math.Sqrt(1 - Math.Pow(args.Beta2, step));
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

    internal readonly struct GpuArgs(GpuTensors<OptimizerTensor> tensors, Factors factors)
    {
        public readonly GpuTensors<OptimizerTensor> Tensors = tensors;
        public readonly Factors Factors = factors;
    }
}
