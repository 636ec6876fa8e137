using ILGPU;

namespace RawFuse.Kernels;

/// <summary>How a thread brings a chunk of an operand, step by step, into shared memory while the step before is multiplied.</summary>
internal interface ITileLoad<TSelf, T>
    where TSelf : struct, ITileLoad<TSelf, T>
    where T : unmanaged
{
    /// <summary>Whether the 4 numbers of a chunk are 4 terms of one line rather than one term of 4 lines.</summary>
    static abstract bool IsAlongTerms { get; }

    /// <summary>The chunk at a line and a term.</summary>
    static abstract TSelf Start(GemmArgs args, int line, int term);

    /// <summary>Starts to read the chunk.</summary>
    /// <param name="args">The product.</param>
    /// <param name="tile">Shared memory.</param>
    /// <param name="at">Where the chunk goes; nothing there is in use.</param>
    TSelf Fetch(GemmArgs args, ArrayView<float> tile, int at);

    /// <summary>Sees to it that what was read, once copies are waited for, is in shared memory.</summary>
    void Put(ArrayView<float> tile, int at);

    /// <summary>The chunk so many terms further.</summary>
    TSelf Next(GemmArgs args, int terms);
}

/// <summary>As it lies in memory, past the registers.</summary>
internal struct CopiedChunk<T, TOperand> : ITileLoad<CopiedChunk<T, TOperand>, T>
    where T : unmanaged
    where TOperand : struct, IPlainOperand<TOperand, T>
{
    private TOperand operand;

    public static bool IsAlongTerms => TOperand.IsAlongTerms;

    public static CopiedChunk<T, TOperand> Start(GemmArgs args, int line, int term)
    {
        CopiedChunk<T, TOperand> start;
        start.operand = TOperand.Start(args, line, term);
        return start;
    }

    public readonly CopiedChunk<T, TOperand> Fetch(GemmArgs args, ArrayView<float> tile, int at)
    {
        long chunk = operand.ChunkAt(args);
        AsyncCopy.Copy16(ref tile[at], ref TOperand.Words(args)[chunk < 0 ? 0 : 4 * chunk], chunk < 0 ? 0 : 16);
        return this;
    }

    public readonly void Put(ArrayView<float> tile, int at)
    {
    }

    public readonly CopiedChunk<T, TOperand> Next(GemmArgs args, int terms)
    {
        CopiedChunk<T, TOperand> next;
        next.operand = operand.Next(args, terms);
        return next;
    }
}

/// <summary>Through registers, for numbers that are computed or change their format.</summary>
internal struct StagedChunk<T, TOperand, TFormat> : ITileLoad<StagedChunk<T, TOperand, TFormat>, T>
    where T : unmanaged
    where TOperand : struct, IGemmOperand<TOperand, T>
    where TFormat : struct, ITensorFormat<T>
{
    private TOperand operand;

    // Not a chunk: assigned as a whole, it kept structs of integers in local memory.
    private T x;
    private T y;
    private T z;
    private T w;

    public static bool IsAlongTerms => TOperand.IsAlongTerms;

    public static StagedChunk<T, TOperand, TFormat> Start(GemmArgs args, int line, int term)
    {
        StagedChunk<T, TOperand, TFormat> start = default;
        start.operand = TOperand.Start(args, line, term);
        return start;
    }

    public readonly StagedChunk<T, TOperand, TFormat> Fetch(GemmArgs args, ArrayView<float> tile, int at)
    {
        StagedChunk<T, TOperand, TFormat> fetched = this;
        Chunk<T> numbers = operand.Load(args);
        fetched.x = numbers.X;
        fetched.y = numbers.Y;
        fetched.z = numbers.Z;
        fetched.w = numbers.W;
        return fetched;
    }

    public readonly void Put(ArrayView<float> tile, int at) => TFormat.Put(tile, at, new Chunk<T>(x, y, z, w));

    public readonly StagedChunk<T, TOperand, TFormat> Next(GemmArgs args, int terms)
    {
        StagedChunk<T, TOperand, TFormat> next = this;
        next.operand = operand.Next(args, terms);
        return next;
    }
}
