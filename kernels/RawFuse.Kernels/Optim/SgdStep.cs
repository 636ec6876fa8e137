using System.Numerics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="SgdStep"/>: v = momentum * v + g + weightDecay * w; w -= rate * v, or with Nesterov's momentum
/// w -= rate * (g + weightDecay * w + momentum * v). The velocity starts at 0.
/// </summary>
public readonly record struct SgdStepArgs(
    Storage<float> Weights, Storage<float> Gradient, Storage<float> Velocity, int Count, float Rate, float Momentum, float WeightDecay, bool Nesterov = false)
    : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new((Nesterov ? 8L : 6L) * Count, 5L * sizeof(float) * Count, $"{Count}");
}

/// <summary>One step of stochastic gradient descent with momentum.</summary>
public readonly unsafe struct SgdStep : IKernel<SgdStepArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in SgdStepArgs args) =>
        device.For(Chunks.Of(args.Count), new Body(device.Pointer(args.Weights), device.Pointer(args.Gradient), device.Pointer(args.Velocity), args.Count, args.Rate, args.Momentum, args.WeightDecay, args.Nesterov));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in SgdStepArgs args) => device.Launch(Kernel, GridStride.ChunksOf(args.Count), new GpuArgs(device, in args));

    internal static void Kernel(GpuArgs a)
    {
        ArrayView<Float4> weights = a.Weights.Cast<Float4>(), gradient = a.Gradient.Cast<Float4>(), velocity = a.Velocity.Cast<Float4>();
        int chunks = a.Count / 4;
        for (long i = GridStride.First; i < chunks; i += GridStride.Step)
        {
            Float4 w = weights[i], g = gradient[i] + (w * a.WeightDecay), v = (velocity[i] * a.Momentum) + g;
            velocity[i] = v;
            weights[i] = w - ((a.Nesterov != 0 ? g + (v * a.Momentum) : v) * a.Rate);
        }

        for (long i = (4L * chunks) + GridStride.First; i < a.Count; i += GridStride.Step)
        {
            float g = a.Gradient[i] + (a.WeightDecay * a.Weights[i]);
            float v = (a.Momentum * a.Velocity[i]) + g;
            a.Velocity[i] = v;
            float step = v;
            if (a.Nesterov != 0) step = g + (a.Momentum * v);
            a.Weights[i] -= a.Rate * step;
        }
    }

    private readonly struct Body(float* weights, float* gradient, float* velocity, int count, float rate, float momentum, float weightDecay, bool nesterov) : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> w = Vector.Load(weights + i);
                Vector<float> g = Vector.Load(gradient + i) + (weightDecay * w);
                Vector<float> v = (momentum * Vector.Load(velocity + i)) + g;
                v.Store(velocity + i);
                (w - (rate * (nesterov ? g + (momentum * v) : v))).Store(weights + i);
            }

            for (; i < end; i++)
            {
                float g = gradient[i] + (weightDecay * weights[i]);
                float v = (momentum * velocity[i]) + g;
                velocity[i] = v;
                weights[i] -= rate * (nesterov ? g + (momentum * v) : v);
            }
        }
    }

    internal readonly struct GpuArgs(GpuDevice device, in SgdStepArgs args)
    {
        public readonly ArrayView<float> Weights = device.View(args.Weights);
        public readonly ArrayView<float> Gradient = device.View(args.Gradient);
        public readonly ArrayView<float> Velocity = device.View(args.Velocity);
        public readonly int Count = args.Count;
        public readonly float Rate = args.Rate;
        public readonly float Momentum = args.Momentum;
        public readonly float WeightDecay = args.WeightDecay;
        public readonly int Nesterov = args.Nesterov ? 1 : 0;
    }
}
