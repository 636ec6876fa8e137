namespace RawFuse.Kernels;

/// <summary>Tells a CPU thread which bytes of a tensor hold faulty cells. A struct of numbers and pointers.</summary>
internal interface IFaultRuns
{
    /// <summary>Lists those of a run.</summary>
    /// <param name="start">First byte of the run in the tensor.</param>
    /// <param name="count">Bytes in the run, up to <see cref="FaultList.RunBytes"/>.</param>
    /// <param name="list">Receives them.</param>
    /// <returns>Number of entries.</returns>
    int Fill(long start, int count, FaultList list);
}
