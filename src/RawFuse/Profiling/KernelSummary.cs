namespace RawFuse.Profiling;

/// <summary>All runs of one kernel, or of one kernel at one size.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="Detail">Its sizes; null where runs of all sizes are together.</param>
/// <param name="Calls">Number of runs.</param>
/// <param name="Seconds">Time of all runs.</param>
/// <param name="Flops">Floating-point operations of all runs.</param>
/// <param name="Bytes">Bytes read and written by all runs, at least; 0 where the kernel does not say.</param>
/// <param name="LimitSeconds">The least time in which the machine can do each run, added up; null where its limits or the costs are unknown.</param>
public sealed record KernelSummary(string Kernel, string? Detail, int Calls, double Seconds, long Flops, long Bytes, double? LimitSeconds)
{
    /// <summary>Operations per second, in 10^9.</summary>
    public double? Gflops => Rate(Flops);

    /// <summary>Bytes per second, in 10^9.</summary>
    public double? Gigabytes => Rate(Bytes);

    /// <summary>Arithmetic intensity: operations per byte.</summary>
    public double? Intensity => Bytes > 0 ? (double)Flops / Bytes : null;

    /// <summary>How near it comes to the machine's limit, 0 to 1: the least time over the time it took.</summary>
    public double? ShareOfLimit => Seconds > 0 ? LimitSeconds / Seconds : null;

    private double? Rate(long count) => Bytes > 0 && Seconds > 0 ? count / (1e9 * Seconds) : null;
}
