using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="CopyBlock"/>: for r &lt; Rows, c &lt; Columns,
/// y[YOffset + r*YStride + c] = x[XOffset + r*XStride + c], added instead of stored when <paramref name="Accumulate"/>.
/// </summary>
public readonly record struct CopyBlockArgs(
    Storage<float> X, int XOffset, int XStride, Storage<float> Y, int YOffset, int YStride, int Rows, int Columns, bool Accumulate = false)
    : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(Accumulate ? Count : 0, (Accumulate ? 3 : 2) * sizeof(float) * Count, $"{Rows}x{Columns}");

    /// <summary>Whether every row is whole fours and starts at one.</summary>
    internal bool HasChunks => (Columns | XOffset | XStride | YOffset | YStride) % 4 == 0;

    private long Count => (long)Rows * Columns;
}

/// <summary>Copies a two-dimensional block between arrays of different row lengths: concatenation, slicing, padding and repetition are made of it.</summary>
public readonly unsafe struct CopyBlock : IKernel<CopyBlockArgs>
{
    private const int RowsPerItem = 64;

    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in CopyBlockArgs args) =>
        device.For(
            (args.Rows + RowsPerItem - 1) / RowsPerItem,
            new Body(
                device.Pointer(args.X) + args.XOffset, args.XStride, device.Pointer(args.Y) + args.YOffset, args.YStride, args.Rows, args.Columns, args.Accumulate));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in CopyBlockArgs args) =>
        device.Launch(Kernel, (long)args.Rows * args.Columns / (args.HasChunks ? 4 : 1), new GpuArgs(device.View(args.X), device.View(args.Y), in args));

    internal static void Kernel(GpuArgs a)
    {
        if (a.HasChunks != 0)
        {
            ArrayView<Float4> x = a.X.Cast<Float4>(), y = a.Y.Cast<Float4>();
            int chunks = a.Columns / 4;
            long all = (long)a.Rows * chunks;
            for (long i = GridStride.First; i < all; i += GridStride.Step)
            {
                long row = GridStride.Quotient(i, chunks), column = i - (row * chunks);
                Float4 value = x[((a.XOffset + (row * a.XStride)) / 4) + column];
                long target = ((a.YOffset + (row * a.YStride)) / 4) + column;
                y[target] = a.Accumulate != 0 ? y[target] + value : value;
            }

            return;
        }

        long count = (long)a.Rows * a.Columns;
        for (long i = GridStride.First; i < count; i += GridStride.Step)
        {
            long row = GridStride.Quotient(i, a.Columns);
            long column = i - (row * a.Columns);
            float value = a.X[a.XOffset + (row * a.XStride) + column];
            long target = a.YOffset + (row * a.YStride) + column;
            a.Y[target] = a.Accumulate != 0 ? a.Y[target] + value : value;
        }
    }

    private readonly struct Body(float* x, int xStride, float* y, int yStride, int rows, int columns, bool accumulate) : IParallelBody
    {
        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerItem);
            for (int row = item * RowsPerItem; row < end; row++)
            {
                var source = new ReadOnlySpan<float>(x + ((long)row * xStride), columns);
                var target = new Span<float>(y + ((long)row * yStride), columns);
                if (accumulate) System.Numerics.Tensors.TensorPrimitives.Add(target, source, target);
                else source.CopyTo(target);
            }
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> x, ArrayView<float> y, in CopyBlockArgs args)
    {
        public readonly ArrayView<float> X = x;
        public readonly ArrayView<float> Y = y;
        public readonly int XOffset = args.XOffset;
        public readonly int XStride = args.XStride;
        public readonly int YOffset = args.YOffset;
        public readonly int YStride = args.YStride;
        public readonly int Rows = args.Rows;
        public readonly int Columns = args.Columns;
        public readonly int Accumulate = args.Accumulate ? 1 : 0;
        public readonly int HasChunks = args.HasChunks ? 1 : 0;
    }
}
