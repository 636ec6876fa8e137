using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// <see cref="GpuGemm"/> on tensor cores. A group of 256 threads computes a tile of the result in steps of 16 terms; each of its 8 warps has 64 rows and 32 columns of sums in
/// registers. The next step's lines are read, past the registers where they need not change, while this step's are multiplied from shared memory.
/// </summary>
internal static class TensorGemm
{
    /// <summary>Terms of a step.</summary>
    public const int StepTerms = 16;

    /// <summary>Threads of a group.</summary>
    public const int Threads = 256;

    /// <summary>
    /// Chunks of shared memory: two steps of the largest operands, 256 lines on the left and 64 on the right, both term by term. That is 42 of the 48 KB that a kernel has
    /// without asking.
    /// </summary>
    public const int SharedChunks = 2 * StepTerms * (256 + 8 + 64 + 8) / 4;

    /// <summary>Launches a batch of products with the tile that suits their columns.</summary>
    public static void Launch<T, TFormat, TGeometry, TLeft, TRight, TStore>(GpuDevice device, GemmArgs args)
        where T : unmanaged
        where TFormat : struct, ITensorFormat<T>
        where TGeometry : struct, IGemmGeometry
        where TLeft : struct, ITileLoad<TLeft, T>
        where TRight : struct, ITileLoad<TRight, T>
        where TStore : struct, IGemmStore<T>
    {
        switch (GpuGemm.TileColumns(args.Columns))
        {
            case 128: TensorGemm<T, TFormat, SquareTensorTile, TGeometry, TLeft, TRight, TStore>.Launch(device, args); break;
            case 64: TensorGemm<T, TFormat, TallTensorTile, TGeometry, TLeft, TRight, TStore>.Launch(device, args); break;
            default: TensorGemm<T, TFormat, NarrowTensorTile, TGeometry, TLeft, TRight, TStore>.Launch(device, args); break;
        }
    }
}

/// <summary>The kernel of <see cref="TensorGemm"/> for a format, a tile, a pass, how its two operands come, and what becomes of its sums.</summary>
internal static class TensorGemm<T, TFormat, TTile, TGeometry, TLeft, TRight, TStore>
    where T : unmanaged
    where TFormat : struct, ITensorFormat<T>
    where TTile : struct, ITensorTile
    where TGeometry : struct, IGemmGeometry
    where TLeft : struct, ITileLoad<TLeft, T>
    where TRight : struct, ITileLoad<TRight, T>
    where TStore : struct, IGemmStore<T>
{
    private static int Columns => 32 * TTile.WarpsAcross;

    private static int Rows => TTile.WarpRows * (TensorGemm.Threads / 32) / TTile.WarpsAcross;

    private static int StepWords => TileLoads<T, TFormat, TLeft>.Words(Rows) + TileLoads<T, TFormat, TRight>.Words(Columns);

    public static void Launch(GpuDevice device, GemmArgs args) =>
        device.LaunchGroups(Kernel, args.Tiles(Rows, Columns), TensorGemm.Threads, args);

    internal static void Kernel(GemmArgs args)
    {
        // As chunks: copies and matrix loads want multiples of 16 bytes.
        ArrayView<float> tile = SharedMemory.Allocate<Fragment4>(TensorGemm.SharedChunks).Cast<float>();
        GemmTile place = GemmTile.Of(args, Grid.IdxX, Rows, Columns);
        int firstRow = place.FirstRow, firstColumn = place.FirstColumn;
        GemmArgs a = TGeometry.OfBatch(args, place.Batch);
        int warp = Group.IdxX / 32, lane = Group.IdxX % 32, row = warp / TTile.WarpsAcross * TTile.WarpRows, column = warp % TTile.WarpsAcross * 32;

        // A step's left operand, its right one, the other step's left one, and its right one.
        int leftAt = 0, rightAt = TileLoads<T, TFormat, TLeft>.Words(Rows);
        TileLoads<T, TFormat, TLeft> left = TileLoads<T, TFormat, TLeft>.Start(a, firstRow, Rows);
        TileLoads<T, TFormat, TRight> right = TileLoads<T, TFormat, TRight>.Start(a, firstColumn, Columns);
        left = left.Fetch(a, tile, leftAt, Rows);
        right = right.Fetch(a, tile, rightAt, Columns);
        WarpTile<T> sums = default;
        int toOther = StepWords;
        for (int term = 0; term < a.Depth; term += TensorGemm.StepTerms)
        {
            left.Put(tile, leftAt, Rows);
            right.Put(tile, rightAt, Columns);
            AsyncCopy.WaitForAll();

            // From here on this step is there for all, and nobody reads the step before any more.
            Group.Barrier();
            if (term + TensorGemm.StepTerms < a.Depth)
            {
                left = left.Next(a, Rows).Fetch(a, tile, leftAt + toOther, Rows);
                right = right.Next(a, Columns).Fetch(a, tile, rightAt + toOther, Columns);
            }

            for (int word = 0; word < TensorGemm.StepTerms / TFormat.WordTerms; word += 8)
            {
                WarpColumns columns = default;
                columns.Left = TileLoads<T, TFormat, TRight>.Share(tile, rightAt, Columns, column, word, lane);
                columns.Right = TileLoads<T, TFormat, TRight>.Share(tile, rightAt, Columns, column + 16, word, lane);
                sums.Row0 = WarpRow<T>.Plus<TFormat>(sums.Row0, TileLoads<T, TFormat, TLeft>.Share(tile, leftAt, Rows, row, word, lane), columns);
                sums.Row1 = WarpRow<T>.Plus<TFormat>(sums.Row1, TileLoads<T, TFormat, TLeft>.Share(tile, leftAt, Rows, row + 16, word, lane), columns);
                if (TTile.WarpRows < 64) continue;
                sums.Row2 = WarpRow<T>.Plus<TFormat>(sums.Row2, TileLoads<T, TFormat, TLeft>.Share(tile, leftAt, Rows, row + 32, word, lane), columns);
                sums.Row3 = WarpRow<T>.Plus<TFormat>(sums.Row3, TileLoads<T, TFormat, TLeft>.Share(tile, leftAt, Rows, row + 48, word, lane), columns);
            }

            leftAt += toOther;
            rightAt += toOther;
            toOther = -toOther;
        }

        // The last step is no longer needed: warps turn their sums in its place.
        Group.Barrier();
        var store = new WarpStore<T, TStore>(tile.SubView(warp * WarpStore.Words, WarpStore.Words), lane);
        store.Store(a, firstRow + row, firstColumn + column, sums.Row0);
        store.Store(a, firstRow + row + 16, firstColumn + column, sums.Row1);
        if (TTile.WarpRows < 64) return;
        store.Store(a, firstRow + row + 32, firstColumn + column, sums.Row2);
        store.Store(a, firstRow + row + 48, firstColumn + column, sums.Row3);
    }
}
