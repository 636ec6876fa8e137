using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Two sums that are taken together.</summary>
internal struct SumPair(double first, double second)
{
    public double First = first;
    public double Second = second;

    public static SumPair operator +(SumPair a, SumPair b) => new(a.First + b.First, a.Second + b.Second);
}

/// <summary>What is summed over the rows of a matrix.</summary>
internal interface IColumnTerm
{
    /// <summary>The terms of an element.</summary>
    /// <param name="index">Number of the element, row by row.</param>
    /// <param name="column">Its column.</param>
    SumPair At(long index, int column);
}

/// <summary>What becomes of a column's sums.</summary>
internal interface IColumnResult
{
    void Store(int column, SumPair sums);
}

/// <summary>
/// Sums over the rows of a matrix on a GPU, in two steps: groups of 256 threads sum a block of rows each, neighbours reading neighbouring elements; then a thread per column adds up
/// the blocks. In double, and in an order that follows from the sizes alone.
/// </summary>
internal static class GpuColumnSums
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 256;

    /// <summary>Elements that a thread sums, at least.</summary>
    private const int FewestTerms = 16;

    /// <summary>Blocks of rows, at most: as many groups as a GPU has at work.</summary>
    private const int MostBlocks = 512;

    public static void Run<TTerm, TResult>(GpuDevice device, int rows, int columns, TTerm term, TResult result)
        where TTerm : struct, IColumnTerm
        where TResult : struct, IColumnResult
    {
        if (columns == 0) return;
        int width = Math.Min(columns, Threads), slices = (columns + width - 1) / width, lanes = Threads / width;
        int blocks = (int)Math.Clamp((rows + ((long)lanes * FewestTerms) - 1) / ((long)lanes * FewestTerms), 1, Math.Max(1, MostBlocks / slices));
        using Storage<double> first = device.Allocate<double>(checked(blocks * columns)), second = device.Allocate<double>(blocks * columns);
        var args = new GpuColumnSums<TTerm, TResult>.Args
        {
            Term = term,
            Result = result,
            First = device.View(first),
            Second = device.View(second),
            Rows = rows,
            Columns = columns,
            Width = width,
            Slices = slices,
            Blocks = blocks,
        };
        device.LaunchGroups(GpuColumnSums<TTerm, TResult>.SumKernel, blocks * slices, Threads, args);
        device.Launch(GpuColumnSums<TTerm, TResult>.TotalKernel, columns, args);
    }
}

/// <summary>The kernels of <see cref="GpuColumnSums"/>.</summary>
internal static class GpuColumnSums<TTerm, TResult>
    where TTerm : struct, IColumnTerm
    where TResult : struct, IColumnResult
{
    internal static void SumKernel(Args a)
    {
        ArrayView<double> firsts = SharedMemory.Allocate<double>(GpuColumnSums.Threads), seconds = SharedMemory.Allocate<double>(GpuColumnSums.Threads);
        int block = Grid.IdxX / a.Slices, thread = Group.IdxX, lanes = GpuColumnSums.Threads / a.Width, lane = thread / a.Width;
        int column = (Grid.IdxX % a.Slices * a.Width) + (thread % a.Width);
        var sums = new SumPair(0, 0);
        if (lane < lanes && column < a.Columns)
        {
            // Rows lane, lane + lanes, ... of the block; its rows lie side by side.
            int blockRows = (a.Rows + a.Blocks - 1) / a.Blocks, start = block * blockRows, end = start + blockRows < a.Rows ? start + blockRows : a.Rows;
            for (int row = start + lane; row < end; row += lanes) sums += a.Term.At(((long)row * a.Columns) + column, column);
        }

        firsts[thread] = sums.First;
        seconds[thread] = sums.Second;
        Group.Barrier();
        if (lane != 0 || column >= a.Columns) return;
        for (int other = 1; other < lanes; other++) sums += new SumPair(firsts[thread + (other * a.Width)], seconds[thread + (other * a.Width)]);
        a.First[(block * a.Columns) + column] = sums.First;
        a.Second[(block * a.Columns) + column] = sums.Second;
    }

    internal static void TotalKernel(Args a)
    {
        for (long column = GridStride.First; column < a.Columns; column += GridStride.Step)
        {
            var sums = new SumPair(0, 0);
            for (int block = 0; block < a.Blocks; block++) sums += new SumPair(a.First[((long)block * a.Columns) + column], a.Second[((long)block * a.Columns) + column]);
            a.Result.Store((int)column, sums);
        }
    }

    internal struct Args
    {
        public TTerm Term;
        public TResult Result;
        public ArrayView<double> First;
        public ArrayView<double> Second;
        public int Rows;
        public int Columns;

        /// <summary>Columns of a group; there are as many slices of columns as it takes.</summary>
        public int Width;
        public int Slices;

        /// <summary>Blocks of rows.</summary>
        public int Blocks;
    }
}
