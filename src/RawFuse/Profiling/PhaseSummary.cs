namespace RawFuse.Profiling;

/// <summary>All phases of one name.</summary>
/// <param name="Name">What is done in them.</param>
/// <param name="Calls">Their number.</param>
/// <param name="Seconds">Time from their beginnings to their ends.</param>
/// <param name="KernelSeconds">Time of the kernels in them.</param>
public sealed record PhaseSummary(string Name, int Calls, double Seconds, double KernelSeconds);
