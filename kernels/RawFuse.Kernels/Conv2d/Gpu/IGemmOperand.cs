using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// One thread's view of an operand of a matrix product, sum over k of left[line, k] * right[k, line]: a chunk of 4 neighbouring numbers at a time, step by step along
/// the terms. It is where images become matrices.
/// </summary>
internal interface IGemmOperand<TSelf, T>
    where TSelf : struct, IGemmOperand<TSelf, T>
    where T : unmanaged
{
    /// <summary>Whether the 4 numbers of a chunk are 4 terms (k) of one line rather than one term of 4 lines.</summary>
    static abstract bool IsAlongTerms { get; }

    /// <summary>The view of the chunk at a line and a term.</summary>
    static abstract TSelf Start(GemmArgs args, int line, int term);

    /// <summary>The chunk; numbers outside of the matrix are zeros.</summary>
    Chunk<T> Load(GemmArgs args);

    /// <summary>The view of the chunk so many terms further, of a whole step.</summary>
    TSelf Next(GemmArgs args, int terms);
}

/// <summary>An operand whose chunks are what lies in memory, 16 bytes at a multiple of 16.</summary>
internal interface IPlainOperand<TSelf, T> : IGemmOperand<TSelf, T>
    where TSelf : struct, IPlainOperand<TSelf, T>
    where T : unmanaged
{
    /// <summary>The memory, in words of 4 bytes.</summary>
    static abstract ArrayView<float> Words(GemmArgs args);

    /// <summary>Number of the chunk there; -1 for one outside of the matrix.</summary>
    long ChunkAt(GemmArgs args);
}
