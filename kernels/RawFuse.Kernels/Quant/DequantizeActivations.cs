using System.Runtime.Intrinsics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="DequantizeActivations"/>: x = q * step.</summary>
/// <param name="Q">The bytes.</param>
/// <param name="Step">What a byte is multiplied by.</param>
/// <param name="Count">How many.</param>
/// <param name="X">Receives the numbers.</param>
public readonly record struct DequantizeActivationsArgs(ByteValues Q, float Step, int Count, Storage<float> X) : IKernelCost
{
    /// <summary>A product.</summary>
    public KernelCost Cost => new(Count, (sizeof(float) + 1L) * Count, $"{Count}");
}

/// <summary>Bytes to the floats that they stand for.</summary>
public readonly unsafe struct DequantizeActivations : IKernel<DequantizeActivationsArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in DequantizeActivationsArgs args) =>
        device.For(Chunks.Of(args.Count), new Body(device.Pointer(args.Q.Bytes), args.Q.IsSigned, device.Pointer(args.X), args.Count, args.Step));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in DequantizeActivationsArgs args) =>
        device.Launch(Kernel, GridStride.ChunksOf(args.Count), new GpuArgs(device.View(args.Q.Bytes), args.Q.IsSigned ? 1 : 0, device.View(args.X), args.Count, args.Step));

    internal static void Kernel(GpuArgs a)
    {
        ArrayView<uint> q = a.Q.Cast<uint>();
        ArrayView<Float4> x = a.X.Cast<Float4>();
        int chunks = a.Count / 4;
        for (long i = GridStride.First; i < chunks; i += GridStride.Step)
        {
            uint four = q[i];
            x[i] = new Float4(a.Value((byte)four), a.Value((byte)(four >> 8)), a.Value((byte)(four >> 16)), a.Value((byte)(four >> 24)));
        }

        for (long i = (4L * chunks) + GridStride.First; i < a.Count; i += GridStride.Step) a.X[i] = a.Value(a.Q[i]);
    }

    private readonly struct Body(byte* q, bool isSigned, float* x, int count, float step) : IParallelBody
    {
        public void Run(int item)
        {
            (int i, int end) = Chunks.Bounds(item, count);
            Vector256<float> steps = Vector256.Create(step);
            for (; i <= end - 8; i += 8) (Int8Rounding.Load(q + i, isSigned) * steps).Store(x + i);
            for (; i < end; i++) x[i] = Int8Rounding.Load(q[i], isSigned) * step;
        }
    }

    internal readonly struct GpuArgs(ArrayView<byte> q, int isSigned, ArrayView<float> x, int count, float step)
    {
        public readonly ArrayView<byte> Q = q;
        public readonly int IsSigned = isSigned;
        public readonly ArrayView<float> X = x;
        public readonly int Count = count;
        public readonly float Step = step;

        public float Value(byte q) => (IsSigned != 0 ? (sbyte)q : q) * Step;
    }
}
