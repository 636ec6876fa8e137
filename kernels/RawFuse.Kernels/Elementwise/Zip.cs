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
        for (long i = GridStride.First; i < a.Count; i += GridStride.Step) a.Z[i] = TOp.F(a.X[i], a.Y[i % a.Period]);
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
