namespace RawFuse.Profiling;

/// <summary>What <see cref="Profiler"/> saw.</summary>
/// <param name="Profile">Kernels and phases of all observed runs.</param>
/// <param name="RunSeconds">Time of each observed run.</param>
/// <param name="ManagedBytes">Bytes of managed memory that a run allocates when nobody observes it.</param>
/// <param name="Uploads">Copies from the host to the device in such a run.</param>
/// <param name="Downloads">Copies from the device to the host in such a run, each of which waits for the device.</param>
/// <param name="PoolPeakBytes">Most bytes of the device's memory that live buffers held at a time.</param>
public sealed record ProfileResult(KernelProfile Profile, IReadOnlyList<double> RunSeconds, long ManagedBytes, long Uploads, long Downloads, long PoolPeakBytes)
{
    /// <summary>Mean time of a run, in seconds.</summary>
    public double MeanSeconds => RunSeconds.Average();

    /// <summary>Mean time of a run in kernels, in seconds; the rest is the host's.</summary>
    public double MeanKernelSeconds => Profile.KernelSeconds / RunSeconds.Count;
}
