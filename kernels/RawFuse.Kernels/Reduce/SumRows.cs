using System.Numerics.Tensors;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="SumRows"/>: sums[c] = sum over r of x[r, c].</summary>
public readonly record struct SumRowsArgs(Storage<float> X, Storage<float> Sums, int Rows, int Columns);

/// <summary>Sums a matrix over its rows: the gradient of everything that was broadcast.</summary>
public readonly unsafe struct SumRows : IKernel<SumRowsArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in SumRowsArgs args)
    {
        int blocks = RowBlocks.Of(args.Rows), columns = args.Columns;
        using Storage<double> partial = device.Allocate<double>(checked(blocks * columns));
        device.For(blocks, new Body(device.Pointer(args.X), device.Pointer(partial), args.Rows, columns));
        if (blocks == 0) device.Span(args.Sums)[..columns].Clear();
        else Total(device.Span(partial), columns, device.Span(args.Sums)[..columns]);
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in SumRowsArgs args) =>
        device.Launch(Kernel, args.Columns, new GpuArgs(device.View(args.X), device.View(args.Sums), args.Rows, args.Columns));

    internal static void Kernel(GpuArgs a)
    {
        for (long c = GridStride.First; c < a.Columns; c += GridStride.Step)
        {
            double sum = 0;
            for (long r = 0; r < a.Rows; r++) sum += a.X[(r * a.Columns) + c];
            a.Sums[c] = (float)sum;
        }
    }

    /// <summary>Adds the blocks' sums up, in order, in the first of them.</summary>
    private static void Total(Span<double> partial, int columns, Span<float> sums)
    {
        Span<double> total = partial[..columns];
        for (int block = columns; block < partial.Length; block += columns) TensorPrimitives.Add(total, partial.Slice(block, columns), total);
        for (int c = 0; c < columns; c++) sums[c] = (float)total[c];
    }

    private readonly struct Body(float* x, double* partial, int rows, int columns) : IParallelBody
    {
        public void Run(int item)
        {
            double* sum = partial + ((long)item * columns);
            new Span<double>(sum, columns).Clear();
            int end = Math.Min(rows, (item + 1) * RowBlocks.Rows);
            for (int r = item * RowBlocks.Rows; r < end; r++) WideSums.Add(x + ((long)r * columns), sum, columns);
        }
    }

    internal readonly struct GpuArgs(ArrayView<float> x, ArrayView<float> sums, int rows, int columns)
    {
        public readonly ArrayView<float> X = x;
        public readonly ArrayView<float> Sums = sums;
        public readonly int Rows = rows;
        public readonly int Columns = columns;
    }
}
