using System.Numerics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="Map{TOp}"/>: y[i] = op(x[i]). Both buffers hold at least <paramref name="Count"/> elements; they may be the same.</summary>
public readonly record struct MapArgs<TOp>(Storage<float> X, Storage<float> Y, int Count, TOp Op) : IKernelCost
    where TOp : unmanaged, IUnaryOp
{
    /// <inheritdoc/>
    public KernelCost Cost => new(Count, 2L * sizeof(float) * Count, $"{Count}");
}

/// <summary>Applies a unary function to every element.</summary>
public readonly unsafe struct Map<TOp> : IKernel<MapArgs<TOp>>
    where TOp : unmanaged, IUnaryOp
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in MapArgs<TOp> args) =>
        device.For(Chunks.Of(args.Count), new Body(device.Pointer(args.X), device.Pointer(args.Y), args.Count, args.Op));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in MapArgs<TOp> args) =>
        device.Launch(Kernel, GridStride.ChunksOf(args.Count), new GpuArgs(device.View(args.X), device.View(args.Y), args.Count, args.Op));

    internal static void Kernel(GpuArgs a)
    {
        TOp op = a.Op;
        ArrayView<Float4> x = a.X.Cast<Float4>(), y = a.Y.Cast<Float4>();
        int chunks = a.Count / 4;
        for (long i = GridStride.First; i < chunks; i += GridStride.Step)
        {
            Float4 v = x[i];
            y[i] = new Float4(op.F(v.X), op.F(v.Y), op.F(v.Z), op.F(v.W));
        }

        for (long i = (4L * chunks) + GridStride.First; i < a.Count; i += GridStride.Step) a.Y[i] = op.F(a.X[i]);
    }

    private readonly struct Body(float* x, float* y, int count, TOp op) : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count) op.F(Vector.Load(x + i)).Store(y + i);
            for (; i < end; i++) y[i] = op.F(x[i]);
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> x, ArrayView<float> y, int count, TOp op)
    {
        public readonly ArrayView<float> X = x;
        public readonly ArrayView<float> Y = y;
        public readonly int Count = count;
        public readonly TOp Op = op;
    }
}
