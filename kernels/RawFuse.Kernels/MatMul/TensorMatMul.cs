using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// <see cref="MatMul"/> on tensor cores. A group of 256 threads computes 128 rows and 128 columns of C, each of its 8 warps 64 rows and 32 columns, in steps of 16 terms: more do
/// not fit twice into the 48 KB of shared memory that a kernel has without asking. The next step's tiles are copied, past the registers, while this step's are multiplied.
/// </summary>
internal static class TensorMatMul
{
    /// <summary>Rows and columns of a group's tile.</summary>
    public const int Tile = 128;

    /// <summary>Terms of a step.</summary>
    public const int Step = 16;

    private const int Threads = 256;

    /// <summary>Floats of a left tile, the widest pitch.</summary>
    private const int LeftFloats = Tile * 24;

    /// <summary>Floats of a right tile, the widest pitch.</summary>
    private const int RightFloats = Step * 136;

    public static void Launch<TFormat>(GpuDevice device, in MatMulArgs args)
        where TFormat : struct, ITensorFormat
    {
        int groups = checked(((args.Rows + Tile - 1) / Tile) * ((args.Columns + Tile - 1) / Tile));
        var gpu = new MatMulGpuArgs(device, in args);

        // Copies of 16 bytes want lines that begin at multiples of 16 bytes.
        if (args.Depth % 4 == 0 && args.Columns % 4 == 0) device.LaunchGroups(Kernel<TFormat, ChunkCopy>, groups, Threads, gpu);
        else device.LaunchGroups(Kernel<TFormat, ElementCopy>, groups, Threads, gpu);
    }

    internal static void Kernel<TFormat, TCopy>(MatMulGpuArgs a)
        where TFormat : struct, ITensorFormat
        where TCopy : struct, ITileCopy
    {
        // As chunks: copies and matrix loads want multiples of 16 bytes.
        ArrayView<float> left = SharedMemory.Allocate<Fragment4>(2 * LeftFloats / 4).Cast<float>(), right = SharedMemory.Allocate<Fragment4>(2 * RightFloats / 4).Cast<float>();
        int across = (a.Columns + Tile - 1) / Tile, firstRow = Grid.IdxX / across * Tile, firstColumn = Grid.IdxX % across * Tile;
        int warp = Group.IdxX / 32, lane = Group.IdxX % 32, warpRow = warp / 4 * 64, warpColumn = warp % 4 * 32;
        WarpTile sums = default;
        int half = 0;
        Load<TFormat, TCopy>(a, left, right, half, firstRow, firstColumn, 0);
        AsyncCopy.Commit();
        for (int term = 0; term < a.Depth; term += Step)
        {
            if (term + Step < a.Depth) Load<TFormat, TCopy>(a, left, right, 1 - half, firstRow, firstColumn, term + Step);

            // A group of copies for each step, empty at the end, so that all but one is always what has been waited for.
            AsyncCopy.Commit();
            AsyncCopy.WaitForAllButOne();
            Group.Barrier();
            int leftAt = (half * LeftFloats) + (warpRow * TFormat.LeftPitch), rightAt = (half * RightFloats) + warpColumn;
            for (int k = 0; k < Step; k += TFormat.Terms)
            {
                int line = rightAt + (k * TFormat.RightPitch);
                WarpColumns columns = default;
                columns.Column0 = TFormat.Right(right, line, lane);
                columns.Column1 = TFormat.Right(right, line + 8, lane);
                columns.Column2 = TFormat.Right(right, line + 16, lane);
                columns.Column3 = TFormat.Right(right, line + 24, lane);
                sums.Row0 = WarpRow.Plus<TFormat>(sums.Row0, TFormat.Left(left, leftAt + k, lane), columns);
                sums.Row1 = WarpRow.Plus<TFormat>(sums.Row1, TFormat.Left(left, leftAt + k + (16 * TFormat.LeftPitch), lane), columns);
                sums.Row2 = WarpRow.Plus<TFormat>(sums.Row2, TFormat.Left(left, leftAt + k + (32 * TFormat.LeftPitch), lane), columns);
                sums.Row3 = WarpRow.Plus<TFormat>(sums.Row3, TFormat.Left(left, leftAt + k + (48 * TFormat.LeftPitch), lane), columns);
            }

            Group.Barrier();
            half = 1 - half;
        }

        int row = firstRow + warpRow + (lane / 4), column = firstColumn + warpColumn + (lane % 4 * 2);
        Store(a, row, column, sums.Row0);
        Store(a, row + 16, column, sums.Row1);
        Store(a, row + 32, column, sums.Row2);
        Store(a, row + 48, column, sums.Row3);
    }

    /// <summary>Copies a step of both operands; every thread two chunks of 4 floats of each.</summary>
    private static void Load<TFormat, TCopy>(MatMulGpuArgs a, ArrayView<float> left, ArrayView<float> right, int half, int firstRow, int firstColumn, int term)
        where TFormat : struct, ITensorFormat
        where TCopy : struct, ITileCopy
    {
        int leftAt = half * LeftFloats, rightAt = half * RightFloats;
        int row = Group.IdxX / 4, leftTerm = Group.IdxX % 4 * 4;
        TCopy.Copy(left, leftAt + (row * TFormat.LeftPitch) + leftTerm, a.A, firstRow + row, term + leftTerm, a.Rows, a.Depth);
        row += Tile / 2;
        TCopy.Copy(left, leftAt + (row * TFormat.LeftPitch) + leftTerm, a.A, firstRow + row, term + leftTerm, a.Rows, a.Depth);
        int rightTerm = Group.IdxX / 32, column = Group.IdxX % 32 * 4;
        TCopy.Copy(right, rightAt + (rightTerm * TFormat.RightPitch) + column, a.B, term + rightTerm, firstColumn + column, a.Depth, a.Columns);
        rightTerm += Step / 2;
        TCopy.Copy(right, rightAt + (rightTerm * TFormat.RightPitch) + column, a.B, term + rightTerm, firstColumn + column, a.Depth, a.Columns);
    }

    private static void Store(MatMulGpuArgs a, int row, int column, WarpRow sums)
    {
        Store(a, row, column, sums.Column0);
        Store(a, row, column + 8, sums.Column1);
        Store(a, row, column + 16, sums.Column2);
        Store(a, row, column + 24, sums.Column3);
    }

    private static void Store(MatMulGpuArgs a, int row, int column, Sums4 sums)
    {
        StorePair(a, row, column, sums.X, sums.Y);
        StorePair(a, row + 8, column, sums.Z, sums.W);
    }

    private static void StorePair(MatMulGpuArgs a, int row, int column, float first, float second)
    {
        if (row >= a.Rows) return;
        int at = (row * a.Columns) + column;
        if (column < a.Columns) a.C[at] = first;
        if (column + 1 < a.Columns) a.C[at + 1] = second;
    }
}
