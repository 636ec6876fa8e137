using System.Numerics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="Zip{TOp}"/>: z[i] = op(x[i], y[i mod Period]). A period below the count broadcasts y over x's
/// leading dimensions. z may be x.
/// </summary>
public readonly record struct ZipArgs(Storage<float> X, Storage<float> Y, Storage<float> Z, int Count, int Period) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(Count, sizeof(float) * ((2L * Count) + Math.Min(Count, Period)), Period < Count ? $"{Count} by {Period}" : $"{Count}");
}

/// <summary>Applies a binary function to two arrays, element by element.</summary>
public readonly unsafe struct Zip<TOp> : IKernel<ZipArgs>
    where TOp : unmanaged, IBinaryOp
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in ZipArgs args) =>
        device.For(Chunks.Of(args.Count), new Body(device.Pointer(args.X), device.Pointer(args.Y), device.Pointer(args.Z), args.Count, args.Period));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in ZipArgs args) =>
        device.Launch(Kernel, args.Count, new GpuArgs(device.View(args.X), device.View(args.Y), device.View(args.Z), args.Count, args.Period));

    internal static void Kernel(GpuArgs a)
    {
        // Four numbers at a time where y starts again at whole fours, or never.
        int chunks = a.Period == a.Count || a.Period % 4 == 0 ? a.Count / 4 : 0;
        ArrayView<Float4> x = a.X.Cast<Float4>(), y = a.Y.Cast<Float4>(), z = a.Z.Cast<Float4>();
        for (long i = GridStride.First; i < chunks; i += GridStride.Step)
        {
            Float4 left = x[i], right = y[a.Period == a.Count ? i : GridStride.Remainder(i, a.Period / 4)];
            z[i] = new Float4(TOp.F(left.X, right.X), TOp.F(left.Y, right.Y), TOp.F(left.Z, right.Z), TOp.F(left.W, right.W));
        }

        for (long i = (4L * chunks) + GridStride.First; i < a.Count; i += GridStride.Step) a.Z[i] = TOp.F(a.X[i], a.Y[GridStride.Remainder(i, a.Period)]);
    }

    private readonly struct Body(float* x, float* y, float* z, int count, int period) : IParallelBody
    {
        public void Run(int item)
        {
            (int start, int end) = Chunks.Bounds(item, count);

            // Runs in which y advances with x: one run unless y is broadcast.
            while (start < end)
            {
                int phase = start % period;
                int run = Math.Min(end - start, period - phase);
                Apply(x + start, y + phase, z + start, run);
                start += run;
            }
        }

        private static void Apply(float* x, float* y, float* z, int run)
        {
            int i = 0;
            for (; i <= run - Vector<float>.Count; i += Vector<float>.Count) TOp.F(Vector.Load(x + i), Vector.Load(y + i)).Store(z + i);
            for (; i < run; i++) z[i] = TOp.F(x[i], y[i]);
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> x, ArrayView<float> y, ArrayView<float> z, int count, int period)
    {
        public readonly ArrayView<float> X = x;
        public readonly ArrayView<float> Y = y;
        public readonly ArrayView<float> Z = z;
        public readonly int Count = count;
        public readonly int Period = period;
    }
}
