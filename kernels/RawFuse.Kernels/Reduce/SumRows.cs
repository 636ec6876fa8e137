using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="SumRows"/>: sums[c] = sum over r of x[r, c].</summary>
public readonly record struct SumRowsArgs(Storage<float> X, Storage<float> Sums, int Rows, int Columns) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new((long)Rows * Columns, sizeof(float) * (((long)Rows * Columns) + Columns), $"{Rows}x{Columns}");
}

/// <summary>Sums a matrix over its rows: the gradient of everything that was broadcast.</summary>
public readonly unsafe struct SumRows : IKernel<SumRowsArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in SumRowsArgs args)
    {
        int blocks = RowBlocks.Of(args.Rows), columns = args.Columns;
        using Storage<double> partial = device.Allocate<double>(checked(blocks * columns));
        double* sums = device.Pointer(partial);
        device.For(blocks, new Body(new ValueTerm(device.Pointer(args.X), columns), sums, args.Rows, columns));
        Span<float> result = device.Span(args.Sums)[..columns];
        for (int c = 0; c < columns; c++) result[c] = (float)RowSums.Total(sums + c, blocks, columns);
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

    private readonly struct Body(ValueTerm values, double* partial, int rows, int columns) : IParallelBody
    {
        public void Run(int item) => RowSums.Block(values, item, rows, columns, partial + ((long)item * columns));
    }

    internal readonly struct GpuArgs(ArrayView<float> x, ArrayView<float> sums, int rows, int columns)
    {
        public readonly ArrayView<float> X = x;
        public readonly ArrayView<float> Sums = sums;
        public readonly int Rows = rows;
        public readonly int Columns = columns;
    }
}
