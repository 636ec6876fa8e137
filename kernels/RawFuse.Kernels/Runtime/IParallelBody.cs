namespace RawFuse.Kernels;

/// <summary>The part of a CPU kernel that runs once per work item. A struct of pointers and sizes: it is passed by address, never boxed.</summary>
public interface IParallelBody
{
    /// <summary>Does item <paramref name="item"/>.</summary>
    /// <param name="item">Number of the item, from 0.</param>
    void Run(int item);
}
