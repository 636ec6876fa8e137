namespace RawFuse.Kernels;

/// <summary>
/// One thread's view of an operand of a matrix product, sum over k of left[line, k] * right[k, line]: a chunk of 4 neighbouring numbers at a time, each
/// <see cref="GpuGemm.StepDepth"/> terms behind the last. It is where images become matrices: nothing is copied there.
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

    /// <summary>The view of the next step's chunk.</summary>
    TSelf Next(GemmArgs args);
}
