using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// A thread's part in bringing an operand's lines into shared memory, 16 terms a step: up to 4 chunks. Where chunks are along terms, lines lie one behind the other, and of a line its
/// 16-byte units in an order that differs between lines, so that the 8 rows of a matrix load are in different banks, and those of a store. Otherwise terms lie one behind the other.
/// </summary>
internal struct TileLoads<T, TFormat, TLoad>
    where T : unmanaged
    where TFormat : struct, ITensorFormat<T>
    where TLoad : struct, ITileLoad<TLoad, T>
{
    private TLoad load0;
    private TLoad load1;
    private TLoad load2;
    private TLoad load3;

    /// <summary>Words of a line along terms.</summary>
    private static int LineWords => TensorGemm.StepTerms / TFormat.WordTerms;

    /// <summary>Words of a step of so many lines.</summary>
    public static int Words(int lines) => TLoad.IsAlongTerms ? lines * LineWords : TensorGemm.StepTerms * TFormat.TermPitch(lines);

    /// <param name="a">The product.</param>
    /// <param name="first">First line of the tile.</param>
    /// <param name="lines">Lines of the tile: 32, 64, 128 or 256.</param>
    public static TileLoads<T, TFormat, TLoad> Start(GemmArgs a, int first, int lines)
    {
        TileLoads<T, TFormat, TLoad> start;
        start.load0 = StartChunk(a, first, lines, 0);
        start.load1 = start.load2 = start.load3 = start.load0;
        if (lines > 64) start.load1 = StartChunk(a, first, lines, 1);
        if (lines > 128)
        {
            start.load2 = StartChunk(a, first, lines, 2);
            start.load3 = StartChunk(a, first, lines, 3);
        }

        return start;
    }

    /// <summary>Starts to read a step.</summary>
    /// <param name="a">The product.</param>
    /// <param name="tile">Shared memory.</param>
    /// <param name="at">Where the step goes.</param>
    /// <param name="lines">Lines of the tile.</param>
    public readonly TileLoads<T, TFormat, TLoad> Fetch(GemmArgs a, ArrayView<float> tile, int at, int lines)
    {
        TileLoads<T, TFormat, TLoad> fetched = this;
        if (IsAtWork(lines)) fetched.load0 = load0.Fetch(a, tile, at + ChunkAt(lines, 0));
        if (lines > 64) fetched.load1 = load1.Fetch(a, tile, at + ChunkAt(lines, 1));
        if (lines > 128)
        {
            fetched.load2 = load2.Fetch(a, tile, at + ChunkAt(lines, 2));
            fetched.load3 = load3.Fetch(a, tile, at + ChunkAt(lines, 3));
        }

        return fetched;
    }

    /// <summary>Puts the step that was read where it goes.</summary>
    public readonly void Put(ArrayView<float> tile, int at, int lines)
    {
        if (IsAtWork(lines)) load0.Put(tile, at + ChunkAt(lines, 0));
        if (lines > 64) load1.Put(tile, at + ChunkAt(lines, 1));
        if (lines > 128)
        {
            load2.Put(tile, at + ChunkAt(lines, 2));
            load3.Put(tile, at + ChunkAt(lines, 3));
        }
    }

    /// <summary>The chunks of the next step.</summary>
    public readonly TileLoads<T, TFormat, TLoad> Next(GemmArgs a, int lines)
    {
        TileLoads<T, TFormat, TLoad> next = this;
        next.load0 = load0.Next(a, TensorGemm.StepTerms);
        if (lines > 64) next.load1 = load1.Next(a, TensorGemm.StepTerms);
        if (lines > 128)
        {
            next.load2 = load2.Next(a, TensorGemm.StepTerms);
            next.load3 = load3.Next(a, TensorGemm.StepTerms);
        }

        return next;
    }

    /// <summary>A lane's share of 16 lines and 8 words of a step.</summary>
    /// <param name="tile">Shared memory.</param>
    /// <param name="at">Where the step lies.</param>
    /// <param name="lines">Lines of the tile.</param>
    /// <param name="line">The first of the 16 lines.</param>
    /// <param name="word">The first of the words, a multiple of 8.</param>
    /// <param name="lane">The lane.</param>
    public static Fragment4 Share(ArrayView<float> tile, int at, int lines, int line, int word, int lane)
    {
        if (!TLoad.IsAlongTerms)
        {
            int pitch = TFormat.TermPitch(lines);
            return TFormat.ByTerms(tile, at + (word * TFormat.WordTerms * pitch) + (line / TFormat.WordTerms), pitch, lane);
        }

        // Lanes 0 to 15 name the lines' first 4 words, the others the next 4.
        return TFormat.Rounded(TensorCore.LoadMatrices(ref tile[at + UnitAt(line + (lane % 16), (word / 4) + (lane / 16))]));
    }

    private static TLoad StartChunk(GemmArgs a, int first, int lines, int number)
    {
        int chunk = Group.IdxX + (number * TensorGemm.Threads);
        return TLoad.IsAlongTerms ? TLoad.Start(a, first + (chunk / 4), chunk % 4 * 4) : TLoad.Start(a, first + (chunk % (lines / 4) * 4), chunk / (lines / 4));
    }

    /// <summary>Half of the threads suffice for 32 lines.</summary>
    private static bool IsAtWork(int lines) => lines > 32 || Group.IdxX < TensorGemm.Threads / 2;

    private static int ChunkAt(int lines, int number)
    {
        int chunk = Group.IdxX + (number * TensorGemm.Threads);
        if (!TLoad.IsAlongTerms) return (chunk / (lines / 4) * TFormat.TermPitch(lines)) + (chunk % (lines / 4) * 4 / TFormat.WordTerms);
        int word = chunk % 4 * 4 / TFormat.WordTerms;
        return UnitAt(chunk / 4, word / 4) + (word % 4);
    }

    /// <summary>Where a line's unit of 4 words lies: as many lines as share the 32 banks have theirs in the same order, the next ones in another.</summary>
    private static int UnitAt(int line, int unit) => (line * LineWords) + ((unit ^ (line / (32 / LineWords) % (LineWords / 4))) * 4);
}
