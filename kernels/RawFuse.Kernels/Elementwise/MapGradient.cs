using System.Numerics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="MapGradient{TOp}"/>: dx[i] = dy[i] * op'(saved[i]). dx may be dy.</summary>
public readonly record struct MapGradientArgs<TOp>(Storage<float> OutputGradient, Storage<float> Saved, Storage<float> InputGradient, int Count, TOp Op)
    : IKernelCost
    where TOp : unmanaged, IUnaryOp
{
    /// <summary>The derivative and its product with the gradient.</summary>
    public KernelCost Cost => new(2L * Count, 3L * sizeof(float) * Count, $"{Count}");
}

/// <summary>The chain rule for <see cref="Map{TOp}"/>.</summary>
public readonly unsafe struct MapGradient<TOp> : IKernel<MapGradientArgs<TOp>>
    where TOp : unmanaged, IUnaryOp
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in MapGradientArgs<TOp> args) =>
        device.For(
            Chunks.Of(args.Count),
            new Body(device.Pointer(args.OutputGradient), device.Pointer(args.Saved), device.Pointer(args.InputGradient), args.Count, args.Op));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in MapGradientArgs<TOp> args) =>
        device.Launch(
            Kernel, GridStride.ChunksOf(args.Count), new GpuArgs(device.View(args.OutputGradient), device.View(args.Saved), device.View(args.InputGradient), args.Count, args.Op));

    internal static void Kernel(GpuArgs a)
    {
        TOp op = a.Op;
        ArrayView<Float4> dy = a.Dy.Cast<Float4>(), saved = a.Saved.Cast<Float4>(), dx = a.Dx.Cast<Float4>();
        int chunks = a.Count / 4;
        for (long i = GridStride.First; i < chunks; i += GridStride.Step)
        {
            Float4 s = saved[i];
            dx[i] = dy[i] * new Float4(op.Derivative(s.X), op.Derivative(s.Y), op.Derivative(s.Z), op.Derivative(s.W));
        }

        for (long i = (4L * chunks) + GridStride.First; i < a.Count; i += GridStride.Step) a.Dx[i] = a.Dy[i] * op.Derivative(a.Saved[i]);
    }

    private readonly struct Body(float* dy, float* saved, float* dx, int count, TOp op) : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count) (Vector.Load(dy + i) * op.Derivative(Vector.Load(saved + i))).Store(dx + i);
            for (; i < end; i++) dx[i] = dy[i] * op.Derivative(saved[i]);
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> dy, ArrayView<float> saved, ArrayView<float> dx, int count, TOp op)
    {
        public readonly ArrayView<float> Dy = dy;
        public readonly ArrayView<float> Saved = saved;
        public readonly ArrayView<float> Dx = dx;
        public readonly int Count = count;
        public readonly TOp Op = op;
    }
}
