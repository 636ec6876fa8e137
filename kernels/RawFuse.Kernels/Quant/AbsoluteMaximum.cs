using System.Numerics.Tensors;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="AbsoluteMaximum"/>: maximum[0] = the largest |x[i]|, 0 for no elements; NaN if any is.</summary>
public readonly record struct AbsoluteMaximumArgs(Storage<float> X, int Count, Storage<float> Maximum) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(Count, sizeof(float) * (Count + 1L), $"{Count}");
}

/// <summary>The range of a tensor to be quantized. The result stays on the device.</summary>
public readonly unsafe struct AbsoluteMaximum : IKernel<AbsoluteMaximumArgs>
{
    private const int GroupSize = 64;

    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in AbsoluteMaximumArgs args)
    {
        int chunks = Chunks.Of(args.Count);
        if (chunks == 0)
        {
            *device.Pointer(args.Maximum) = 0;
            return;
        }

        using Storage<float> partial = device.Allocate<float>(chunks);
        device.For(chunks, new Body(device.Pointer(args.X), device.Pointer(partial), args.Count));
        *device.Pointer(args.Maximum) = TensorPrimitives.Max<float>(device.Span(partial));
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in AbsoluteMaximumArgs args) =>
        device.LaunchGroups(Kernel, 1, GroupSize, new GpuArgs(device.View(args.X), args.Count, device.View(args.Maximum)));

    internal static void Kernel(GpuArgs a)
    {
        ArrayView<float> shared = SharedMemory.Allocate1D<float>(GroupSize).BaseView;
        float largest = 0;
        for (long i = Group.IdxX; i < a.Count; i += GroupSize)
        {
            float value = a.X[i] < 0 ? -a.X[i] : a.X[i];
            if (value > largest || float.IsNaN(value)) largest = value;
        }

        shared[Group.IdxX] = largest;
        Group.Barrier();
        if (Group.IdxX != 0) return;
        for (int i = 1; i < GroupSize; i++)
            if (shared[i] > largest || float.IsNaN(shared[i]))
                largest = shared[i];
        a.Maximum[0] = largest;
    }

    private readonly struct Body(float* x, float* partial, int count) : IParallelBody
    {
        public void Run(int item)
        {
            (int start, int end) = Chunks.Bounds(item, count);
            partial[item] = MathF.Abs(TensorPrimitives.MaxMagnitude(new ReadOnlySpan<float>(x + start, end - start)));
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> x, int count, ArrayView<float> maximum)
    {
        public readonly ArrayView<float> X = x;
        public readonly int Count = count;
        public readonly ArrayView<float> Maximum = maximum;
    }
}
