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
        using Storage<float> partial = device.Allocate<float>(checked(blocks * columns));
        device.For(blocks, new Body(device.Pointer(args.X), device.Pointer(partial), args.Rows, columns));
        Span<float> sums = device.Span(args.Sums)[..columns];
        sums.Clear();
        for (int block = 0; block < blocks; block++) TensorPrimitives.Add(sums, device.Span(partial).Slice(block * columns, columns), sums);
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in SumRowsArgs args) =>
        device.Launch(Kernel, args.Columns, new GpuArgs(device.View(args.X), device.View(args.Sums), args.Rows, args.Columns));

    internal static void Kernel(GpuArgs a)
    {
        for (long c = GridStride.First; c < a.Columns; c += GridStride.Step)
        {
            float sum = 0;
            for (long r = 0; r < a.Rows; r++) sum += a.X[(r * a.Columns) + c];
            a.Sums[c] = sum;
        }
    }

    private readonly struct Body(float* x, float* partial, int rows, int columns) : IParallelBody
    {
        public void Run(int item)
        {
            var sum = new Span<float>(partial + ((long)item * columns), columns);
            sum.Clear();
            int end = Math.Min(rows, (item + 1) * RowBlocks.Rows);
            for (int r = item * RowBlocks.Rows; r < end; r++) TensorPrimitives.Add(sum, new ReadOnlySpan<float>(x + ((long)r * columns), columns), sum);
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
