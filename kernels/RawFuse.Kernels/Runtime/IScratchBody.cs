namespace RawFuse.Kernels;

/// <summary>An <see cref="IParallelBody"/> whose items need more working memory than fits the stack.</summary>
public unsafe interface IScratchBody
{
    /// <summary>Does item <paramref name="item"/>.</summary>
    /// <param name="item">Number of the item, from 0.</param>
    /// <param name="scratch">Memory that no other thread uses meanwhile. Its contents are undefined.</param>
    void Run(int item, void* scratch);
}
