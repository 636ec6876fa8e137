namespace RawFuse.Kernels;

/// <summary>Tells a CPU thread which quads of a tensor's bytes hold faulty cells. A struct of numbers and pointers.</summary>
internal interface IFaultRuns
{
    /// <summary>Lists those of a run.</summary>
    /// <param name="start">First byte of the run in the tensor, a multiple of 4.</param>
    /// <param name="count">Bytes in the run, up to <see cref="FaultList.RunBytes"/>. What is listed of bytes beyond its end, in its last quad, is undefined.</param>
    /// <param name="list">Receives them.</param>
    /// <returns>Number of entries.</returns>
    int Fill(long start, int count, FaultList list);
}
