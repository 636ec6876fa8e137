using System.Numerics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="AverageStep"/>: average += share * (value - average).</summary>
/// <param name="Tensors">What is averaged, and where.</param>
/// <param name="Share">The new values' part, 0 to 1.</param>
public readonly record struct AverageStepArgs(ReadOnlyMemory<AveragedTensor> Tensors, float Share) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost
    {
        get
        {
            long count = 0;
            foreach (AveragedTensor tensor in Tensors.Span) count += tensor.Count;
            return new(3 * count, 3 * sizeof(float) * count, $"{count} in {Tensors.Length}");
        }
    }
}

/// <summary>A tensor whose average over steps is kept.</summary>
/// <param name="Values">Its values now.</param>
/// <param name="Average">Their average, updated.</param>
/// <param name="Count">Number of values.</param>
public readonly record struct AveragedTensor(Storage<float> Values, Storage<float> Average, int Count);

/// <summary>One step of an exponential moving average, for many tensors at once.</summary>
public readonly unsafe struct AverageStep : IKernel<AverageStepArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in AverageStepArgs args)
    {
        foreach (AveragedTensor tensor in args.Tensors.Span)
            device.For(Chunks.Of(tensor.Count), new Body(device.Pointer(tensor.Values), device.Pointer(tensor.Average), tensor.Count, args.Share));
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in AverageStepArgs args)
    {
        for (int first = 0; first < args.Tensors.Length; first += GpuTensors.Most)
        {
            var tensors = new GpuTensors<GpuTensor>();
            for (int i = first; i < Math.Min(args.Tensors.Length, first + GpuTensors.Most); i++)
            {
                AveragedTensor tensor = args.Tensors.Span[i];
                tensors.Set(i - first, new GpuTensor { Values = device.View(tensor.Values), Average = device.View(tensor.Average), Count = tensor.Count });
            }

            if (tensors.Blocks > 0) device.LaunchGroups(Kernel, tensors.Blocks, GpuDevice.GroupSize, new GpuArgs(tensors, args.Share));
        }
    }

    internal static void Kernel(GpuArgs a)
    {
        GpuTensor t = a.Tensors.Of(Grid.IdxX);
        int start = GpuTensors.FirstOfThread(t);
        if (start <= t.Count - 4)
        {
            ArrayView<Float4> values = t.Values.Cast<Float4>(), average = t.Average.Cast<Float4>();
            Float4 old = average[start / 4];
            average[start / 4] = old + ((values[start / 4] - old) * a.Share);
            return;
        }

        for (int i = start; i < t.Count; i++) t.Average[i] += a.Share * (t.Values[i] - t.Average[i]);
    }

    private readonly struct Body(float* values, float* average, int count, float share) : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> old = Vector.Load(average + i);
                (old + (share * (Vector.Load(values + i) - old))).Store(average + i);
            }

            for (; i < end; i++) average[i] += share * (values[i] - average[i]);
        }
    }

    internal struct GpuTensor : IGpuTensor
    {
        public ArrayView<float> Values;
        public ArrayView<float> Average;

        public int Count { get; init; }

        public int FirstBlock { get; set; }
    }

    internal readonly struct GpuArgs(GpuTensors<GpuTensor> tensors, float share)
    {
        public readonly GpuTensors<GpuTensor> Tensors = tensors;
        public readonly float Share = share;
    }
}
