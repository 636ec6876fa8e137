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
        GpuColumnSums.Run(device, args.Rows, args.Columns, new GpuTerm(device.View(args.X)), new GpuResult(device.View(args.Sums)));

    private readonly struct Body(ValueTerm values, double* partial, int rows, int columns) : IParallelBody
    {
        public void Run(int item) => RowSums.Block(values, item, rows, columns, partial + ((long)item * columns));
    }

    internal readonly struct GpuTerm(ArrayView<float> x) : IColumnTerm
    {
        private readonly ArrayView<float> x = x;

        public SumPair At(long index, int column) => new(x[index], 0);
    }

    internal readonly struct GpuResult(ArrayView<float> sums) : IColumnResult
    {
        private readonly ArrayView<float> sums = sums;

        public void Store(int column, SumPair total) => sums[column] = (float)total.First;
    }
}
