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
    private const int GroupSize = 256;
    private const int TermsPerThread = 8;
    private const int MostGroups = 1024;

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
    public static void Gpu(GpuDevice device, in AbsoluteMaximumArgs args)
    {
        // Groups find the maxima of their shares, one group the largest of these.
        int groups = Math.Clamp(args.Count / (GroupSize * TermsPerThread), 1, MostGroups);
        ArrayView<float> x = device.View(args.X), maximum = device.View(args.Maximum);
        if (groups == 1)
        {
            device.LaunchGroups(Kernel, 1, GroupSize, new GpuArgs(x, args.Count, maximum));
            return;
        }

        using Storage<float> partial = device.Allocate<float>(groups);
        device.LaunchGroups(Kernel, groups, GroupSize, new GpuArgs(x, args.Count, device.View(partial)));
        device.LaunchGroups(Kernel, 1, GroupSize, new GpuArgs(device.View(partial), groups, maximum));
    }

    internal static void Kernel(GpuArgs a)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(GroupSize);
        int thread = Group.IdxX;
        float largest = 0;
        ArrayView<Float4> x = a.X.Cast<Float4>();
        int chunks = a.Count / 4;
        for (long i = GridStride.First; i < chunks; i += GridStride.Step)
        {
            Float4 four = x[i];
            largest = Larger(Larger(largest, Magnitude(four.X)), Larger(Larger(Magnitude(four.Y), Magnitude(four.Z)), Magnitude(four.W)));
        }

        for (long i = (4L * chunks) + GridStride.First; i < a.Count; i += GridStride.Step) largest = Larger(largest, Magnitude(a.X[i]));
        shared[thread] = largest;
        Group.Barrier();
        for (int half = GroupSize / 2; half > 0; half /= 2)
        {
            if (thread < half) shared[thread] = Larger(shared[thread], shared[thread + half]);
            Group.Barrier();
        }

        if (thread == 0) a.Maximum[Grid.IdxX] = shared[0];
    }

    /// <summary>NaN is larger than any number.</summary>
    private static float Larger(float a, float b) => b > a || float.IsNaN(b) ? b : a;

    private static float Magnitude(float x) => x < 0 ? -x : x;

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
