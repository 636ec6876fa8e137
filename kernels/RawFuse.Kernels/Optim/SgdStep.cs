using System.Numerics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="SgdStep"/>: v = momentum * v + g + weightDecay * w; w -= rate * v, or with Nesterov's momentum
/// w -= rate * (g + weightDecay * w + momentum * v). The velocity starts at 0.
/// </summary>
/// <param name="Tensors">The tensors to update.</param>
/// <param name="Rate">Learning rate.</param>
/// <param name="Momentum">0 to below 1.</param>
/// <param name="WeightDecay">L2 penalty.</param>
/// <param name="Nesterov">Whether the momentum is Nesterov's.</param>
public readonly record struct SgdStepArgs(ReadOnlyMemory<SgdTensor> Tensors, float Rate, float Momentum, float WeightDecay, bool Nesterov = false) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost
    {
        get
        {
            long count = 0;
            foreach (SgdTensor tensor in Tensors.Span) count += tensor.Count;
            return new((Nesterov ? 8 : 6) * count, 5 * sizeof(float) * count, $"{count} in {Tensors.Length}");
        }
    }
}

/// <summary>A tensor that <see cref="SgdStep"/> updates.</summary>
/// <param name="Weights">Parameters, updated.</param>
/// <param name="Gradient">Their gradient.</param>
/// <param name="Velocity">The sum that the momentum carries on, updated.</param>
/// <param name="Count">Number of parameters.</param>
public readonly record struct SgdTensor(Storage<float> Weights, Storage<float> Gradient, Storage<float> Velocity, int Count);

/// <summary>One step of stochastic gradient descent with momentum, for many tensors at once.</summary>
public readonly unsafe struct SgdStep : IKernel<SgdStepArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in SgdStepArgs args)
    {
        foreach (SgdTensor tensor in args.Tensors.Span)
        {
            device.For(
                Chunks.Of(tensor.Count),
                new Body(
                    device.Pointer(tensor.Weights), device.Pointer(tensor.Gradient), device.Pointer(tensor.Velocity), tensor.Count, args.Rate, args.Momentum, args.WeightDecay,
                    args.Nesterov));
        }
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in SgdStepArgs args)
    {
        for (int first = 0; first < args.Tensors.Length; first += GpuTensors.Most)
        {
            var tensors = new GpuTensors<OptimizerTensor>();
            for (int i = first; i < Math.Min(args.Tensors.Length, first + GpuTensors.Most); i++)
            {
                SgdTensor tensor = args.Tensors.Span[i];
                ArrayView<float> velocity = device.View(tensor.Velocity);
                tensors.Set(i - first, new OptimizerTensor { Weights = device.View(tensor.Weights), Gradient = device.View(tensor.Gradient), First = velocity, Second = velocity, Count = tensor.Count });
            }

            if (tensors.Blocks > 0) device.LaunchGroups(Kernel, tensors.Blocks, GpuDevice.GroupSize, new GpuArgs(tensors, in args));
        }
    }

    internal static void Kernel(GpuArgs a)
    {
        OptimizerTensor t = a.Tensors.Of(Grid.IdxX);
        int start = GpuTensors.FirstOfThread(t), i = start / 4;
        if (start <= t.Count - 4)
        {
            ArrayView<Float4> weights = t.Weights.Cast<Float4>(), gradient = t.Gradient.Cast<Float4>(), velocity = t.First.Cast<Float4>();
            Float4 w = weights[i], g = gradient[i] + (w * a.WeightDecay), v = (velocity[i] * a.Momentum) + g;
            velocity[i] = v;
            weights[i] = w - ((a.Nesterov != 0 ? g + (v * a.Momentum) : v) * a.Rate);
            return;
        }

        for (int k = start; k < t.Count; k++)
        {
            float g = t.Gradient[k] + (a.WeightDecay * t.Weights[k]), v = (a.Momentum * t.First[k]) + g;
            t.First[k] = v;
            t.Weights[k] -= a.Rate * (a.Nesterov != 0 ? g + (a.Momentum * v) : v);
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

    internal readonly struct GpuArgs(GpuTensors<OptimizerTensor> tensors, in SgdStepArgs args)
    {
        public readonly GpuTensors<OptimizerTensor> Tensors = tensors;
        public readonly float Rate = args.Rate;
        public readonly float Momentum = args.Momentum;
        public readonly float WeightDecay = args.WeightDecay;
        public readonly int Nesterov = args.Nesterov ? 1 : 0;
    }
}
