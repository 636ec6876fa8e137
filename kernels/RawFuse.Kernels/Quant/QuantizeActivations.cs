using System.Runtime.Intrinsics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="QuantizeActivations"/>: q = x * factor, limited to the bytes' range and rounded to the nearest integer, halves to even.</summary>
/// <param name="X">The numbers.</param>
/// <param name="Factor">Steps per unit.</param>
/// <param name="Count">How many.</param>
/// <param name="Q">Receives the bytes.</param>
public readonly record struct QuantizeActivationsArgs(Storage<float> X, float Factor, int Count, ByteValues Q) : IKernelCost
{
    /// <summary>A product, two comparisons and a rounding.</summary>
    public KernelCost Cost => new(4L * Count, (sizeof(float) + 1L) * Count, $"{Count}");
}

/// <summary>Floats to bytes, by a step that is known beforehand.</summary>
public readonly unsafe struct QuantizeActivations : IKernel<QuantizeActivationsArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in QuantizeActivationsArgs args) => device.For(
        Chunks.Of(args.Count), new Body(device.Pointer(args.X), device.Pointer(args.Q.Bytes), args.Count, args.Factor, args.Q.Lowest, args.Q.Highest));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in QuantizeActivationsArgs args) => device.Launch(
        Kernel, GridStride.ChunksOf(args.Count), new GpuArgs(device.View(args.X), device.View(args.Q.Bytes), args.Count, args.Factor, args.Q.Lowest, args.Q.Highest));

    internal static void Kernel(GpuArgs a)
    {
        ArrayView<Float4> x = a.X.Cast<Float4>();
        ArrayView<uint> q = a.Q.Cast<uint>();
        int chunks = a.Count / 4;
        for (long i = GridStride.First; i < chunks; i += GridStride.Step)
        {
            Float4 four = x[i];
            q[i] = a.Byte(four.X) | ((uint)a.Byte(four.Y) << 8) | ((uint)a.Byte(four.Z) << 16) | ((uint)a.Byte(four.W) << 24);
        }

        for (long i = (4L * chunks) + GridStride.First; i < a.Count; i += GridStride.Step) a.Q[i] = a.Byte(a.X[i]);
    }

    private readonly struct Body(float* x, byte* q, int count, float factor, float lowest, float highest) : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            Vector256<float> factors = Vector256.Create(factor), low = Vector256.Create(lowest), high = Vector256.Create(highest);
            for (; i <= end - 8; i += 8) Int8Rounding.Store(Vector256.Load(x + i) * factors, low, high, q + i);
            for (; i < end; i++) q[i] = Int8Rounding.ToByte(x[i] * factor, lowest, highest);
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> x, ArrayView<byte> q, int count, float factor, float lowest, float highest)
    {
        public readonly ArrayView<float> X = x;
        public readonly ArrayView<byte> Q = q;
        public readonly int Count = count;
        public readonly float Factor = factor;
        public readonly float Lowest = lowest;
        public readonly float Highest = highest;

        public byte Byte(float x) => Int8Rounding.ToByte(x * Factor, Lowest, Highest);
    }
}
