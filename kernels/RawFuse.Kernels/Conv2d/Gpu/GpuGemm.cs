using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// A matrix product on a GPU, for operands that are not there as matrices. A group of 256 threads computes a tile of the result. Step by step, 8 terms of all the tile's lines come
/// from global memory into registers while the step before is multiplied, then into the other of two halves of shared memory; a thread adds the outer products of its 8
/// rows and 8 columns to 64 sums in registers: 64 multiply-adds for four 16-byte loads from shared memory.
/// <para>
/// In shared memory both operands lie term by term. Rows are in order; thread t's are numbers 4t.. and, half the tile below, again 4. Its columns are 8 neighbours, so that it
/// writes whole 32 bytes and whole bytes of masks; so that its neighbours' 16-byte loads fall into different banks, the even chunks of 4 columns lie before the odd ones.
/// </para>
/// </summary>
internal static class GpuGemm
{
    /// <summary>Terms of a step.</summary>
    public const int StepDepth = 8;

    /// <summary>Threads of a group.</summary>
    public const int Threads = 256;

    /// <summary>Chunks of 4 numbers from one term to the next in shared memory are those of a tile's lines and one more: transposed stores fall into different banks.</summary>
    public const int Padding = 1;

    /// <summary>Chunks of shared memory for the left operand, two steps of the tallest tile.</summary>
    public const int LeftChunks = 2 * StepDepth * ((512 / 4) + Padding);

    /// <summary>Chunks of shared memory for the right operand, two steps of the widest tile.</summary>
    public const int RightChunks = 2 * StepDepth * ((128 / 4) + Padding);

    /// <summary>Columns of the tile that is taken for so many.</summary>
    public static int TileColumns(int columns) => columns > 64 ? 128 : columns > 32 ? 64 : 32;

    /// <summary>Launches a batch of products with the tile that suits their columns.</summary>
    public static void Launch<T, TMath, TGeometry, TLeft, TRight, TStore>(GpuDevice device, GemmArgs args)
        where T : unmanaged
        where TMath : struct, IGemmMath<T>
        where TGeometry : struct, IGemmGeometry
        where TLeft : struct, IGemmOperand<TLeft, T>
        where TRight : struct, IGemmOperand<TRight, T>
        where TStore : struct, IGemmStore<T>
    {
        switch (TileColumns(args.Columns))
        {
            case 128: GpuGemm<T, TMath, SquareTile, TGeometry, TLeft, TRight, TStore>.Launch(device, args); break;
            case 64: GpuGemm<T, TMath, TallTile, TGeometry, TLeft, TRight, TStore>.Launch(device, args); break;
            default: GpuGemm<T, TMath, NarrowTile, TGeometry, TLeft, TRight, TStore>.Launch(device, args); break;
        }
    }
}

/// <summary>The kernel of <see cref="GpuGemm"/> for a kind of number, a tile, a pass, its two operands and what becomes of its sums.</summary>
internal static class GpuGemm<T, TMath, TTile, TGeometry, TLeft, TRight, TStore>
    where T : unmanaged
    where TMath : struct, IGemmMath<T>
    where TTile : struct, IGroupTile
    where TGeometry : struct, IGemmGeometry
    where TLeft : struct, IGemmOperand<TLeft, T>
    where TRight : struct, IGemmOperand<TRight, T>
    where TStore : struct, IGemmStore<T>
{
    private static int Columns => 8 * TTile.Across;

    private static int Rows => 8 * GpuGemm.Threads / TTile.Across;

    /// <summary>Chunks of the left operand that a thread loads in a step: 1, 2 or 4.</summary>
    private static int LeftLoads => Rows / 128;

    /// <summary>Threads that load a chunk of the right operand in a step.</summary>
    private static int RightLoaders => 2 * Columns;

    private static int LeftPitch => (Rows / 4) + GpuGemm.Padding;

    private static int RightPitch => (Columns / 4) + GpuGemm.Padding;

    public static void Launch(GpuDevice device, GemmArgs args) =>
        device.LaunchGroups(Kernel, args.Tiles(Rows, Columns), GpuGemm.Threads, args);

    internal static void Kernel(GemmArgs args)
    {
        ArrayView<Chunk<T>> left = SharedMemory.Allocate<Chunk<T>>(GpuGemm.LeftChunks);
        ArrayView<Chunk<T>> right = SharedMemory.Allocate<Chunk<T>>(GpuGemm.RightChunks);
        int thread = Group.IdxX, across = thread % TTile.Across, down = thread / TTile.Across;
        GemmTile tile = GemmTile.Of(args, Grid.IdxX, Rows, Columns);
        int firstRow = tile.FirstRow, firstColumn = tile.FirstColumn;
        GemmArgs a = TGeometry.OfBatch(args, tile.Batch);

        TLeft from0 = StartLeft(a, firstRow, thread), from1 = from0, from2 = from0, from3 = from0;
        if (LeftLoads > 1) from1 = StartLeft(a, firstRow, thread + GpuGemm.Threads);
        if (LeftLoads > 2)
        {
            from2 = StartLeft(a, firstRow, thread + (2 * GpuGemm.Threads));
            from3 = StartLeft(a, firstRow, thread + (3 * GpuGemm.Threads));
        }

        TRight fromRight = StartRight(a, firstColumn, thread);
        bool loadsRight = thread < RightLoaders;
        Chunk<T> left0 = from0.Load(a), left1 = left0, left2 = left0, left3 = left0, right0 = left0;
        if (LeftLoads > 1) left1 = from1.Load(a);
        if (LeftLoads > 2)
        {
            left2 = from2.Load(a);
            left3 = from3.Load(a);
        }

        if (loadsRight) right0 = fromRight.Load(a);

        RegisterTile<T, TMath> sums = default;
        int half = 0;
        for (int term = 0; term < a.Depth; term += GpuGemm.StepDepth)
        {
            int leftAt = half * GpuGemm.StepDepth * LeftPitch, rightAt = half * GpuGemm.StepDepth * RightPitch;
            StoreLeft(left, leftAt, thread, left0);
            if (LeftLoads > 1) StoreLeft(left, leftAt, thread + GpuGemm.Threads, left1);
            if (LeftLoads > 2)
            {
                StoreLeft(left, leftAt, thread + (2 * GpuGemm.Threads), left2);
                StoreLeft(left, leftAt, thread + (3 * GpuGemm.Threads), left3);
            }

            if (loadsRight) StoreRight(right, rightAt, thread, right0);
            Group.Barrier();
            if (term + GpuGemm.StepDepth < a.Depth)
            {
                from0 = from0.Next(a, GpuGemm.StepDepth);
                left0 = from0.Load(a);
                if (LeftLoads > 1)
                {
                    from1 = from1.Next(a, GpuGemm.StepDepth);
                    left1 = from1.Load(a);
                }

                if (LeftLoads > 2)
                {
                    from2 = from2.Next(a, GpuGemm.StepDepth);
                    left2 = from2.Load(a);
                    from3 = from3.Next(a, GpuGemm.StepDepth);
                    left3 = from3.Load(a);
                }

                if (loadsRight)
                {
                    fromRight = fromRight.Next(a, GpuGemm.StepDepth);
                    right0 = fromRight.Load(a);
                }
            }

            for (int k = 0; k < GpuGemm.StepDepth; k++)
            {
                int row = leftAt + (k * LeftPitch) + down, column = rightAt + (k * RightPitch) + across;
                sums = sums.Plus(left[row], left[row + (Rows / 8)], right[column], right[column + TTile.Across]);
            }

            half = 1 - half;
        }

        int top = firstRow + (4 * down), below = top + (Rows / 2), start = firstColumn + (8 * across);
        TStore.Store(a, top, start, sums.Row0);
        TStore.Store(a, top + 1, start, sums.Row1);
        TStore.Store(a, top + 2, start, sums.Row2);
        TStore.Store(a, top + 3, start, sums.Row3);
        TStore.Store(a, below, start, sums.Row4);
        TStore.Store(a, below + 1, start, sums.Row5);
        TStore.Store(a, below + 2, start, sums.Row6);
        TStore.Store(a, below + 3, start, sums.Row7);
    }

    private static TLeft StartLeft(GemmArgs a, int firstRow, int chunk) => TLeft.IsAlongTerms
        ? TLeft.Start(a, firstRow + (chunk / 2), chunk % 2 * 4)
        : TLeft.Start(a, firstRow + (chunk % (Rows / 4) * 4), chunk / (Rows / 4));

    private static TRight StartRight(GemmArgs a, int firstColumn, int chunk) => TRight.IsAlongTerms
        ? TRight.Start(a, firstColumn + (chunk / 2), chunk % 2 * 4)
        : TRight.Start(a, firstColumn + (chunk % (Columns / 4) * 4), chunk / (Columns / 4));

    private static void StoreLeft(ArrayView<Chunk<T>> shared, int at, int chunk, Chunk<T> numbers)
    {
        if (TLeft.IsAlongTerms) StoreTransposed(shared, at + (chunk % 2 * 4 * LeftPitch), LeftPitch, chunk / 2, numbers);
        else shared[at + (chunk / (Rows / 4) * LeftPitch) + (chunk % (Rows / 4))] = numbers;
    }

    private static void StoreRight(ArrayView<Chunk<T>> shared, int at, int chunk, Chunk<T> numbers)
    {
        if (TRight.IsAlongTerms)
        {
            int column = chunk / 2;
            StoreTransposed(shared, at + (chunk % 2 * 4 * RightPitch), RightPitch, (ColumnChunk(column / 4) * 4) + (column % 4), numbers);
        }
        else
        {
            shared[at + (chunk / (Columns / 4) * RightPitch) + ColumnChunk(chunk % (Columns / 4))] = numbers;
        }
    }

    /// <summary>Where a chunk of columns lies.</summary>
    private static int ColumnChunk(int chunk) => (chunk % 2 * TTile.Across) + (chunk / 2);

    private static void StoreTransposed(ArrayView<Chunk<T>> shared, int at, int pitch, int line, Chunk<T> numbers)
    {
        ArrayView<T> single = shared.Cast<T>();
        int first = (4 * at) + line;
        single[first] = numbers.X;
        single[first + (4 * pitch)] = numbers.Y;
        single[first + (8 * pitch)] = numbers.Z;
        single[first + (12 * pitch)] = numbers.W;
    }
}
