namespace RawFuse.Kernels;

/// <summary>Tells a CPU thread what the cells under a run of a tensor's bytes do. A struct of numbers and pointers.</summary>
internal interface IGroupRuns
{
    /// <summary>Fills the buffer with the cells that hold bytes 16*index to 16*(index + count) - 1 of the tensor.</summary>
    void Fill(long index, int count, FaultBuffer buffer);
}
