using System.Diagnostics;
using RawFuse.Kernels;

namespace RawFuse.Profiling;

/// <summary>Runs a piece of work until it is warm, then observes it.</summary>
public static class Profiler
{
    /// <summary>Runs before the observed ones: the just-in-time compiler is done with its first versions after some thirty calls of a method.</summary>
    private const int LeastWarmUpRuns = 3;

    private const double LeastWarmUpSeconds = 1;

    /// <summary>Observes a piece of work.</summary>
    /// <param name="device">The device it runs on; nobody else may use it meanwhile, or listen to it.</param>
    /// <param name="work">The work, the same every time.</param>
    /// <param name="repeat">Observed runs, 1 or more.</param>
    /// <param name="progress">Told the share done, 0 to 1; null for nobody.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ProfileResult Run(
        Device device, Action work, int repeat, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repeat, 1);
        long start = Stopwatch.GetTimestamp(), managed = 0, uploads = 0, downloads = 0;
        for (int run = 0; run < LeastWarmUpRuns || Stopwatch.GetElapsedTime(start).TotalSeconds < LeastWarmUpSeconds; run++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long before = GC.GetAllocatedBytesForCurrentThread();
            (uploads, downloads) = (device.Uploads, device.Downloads);
            work();
            (uploads, downloads) = (device.Uploads - uploads, device.Downloads - downloads);
            managed = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // One more for the code that observes.
        Observe(device, work, new KernelProfile());
        device.Pool.ResetPeak();
        var profile = new KernelProfile();
        var seconds = new double[repeat];
        for (int run = 0; run < repeat; run++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            seconds[run] = Observe(device, work, profile);
            progress?.Report((run + 1.0) / repeat);
        }

        return new ProfileResult(profile, seconds, managed, uploads, downloads, device.Pool.PeakBytesInUse);
    }

    private static double Observe(Device device, Action work, KernelProfile profile)
    {
        device.Listener = profile;
        try
        {
            long start = Stopwatch.GetTimestamp();
            work();
            device.Synchronize();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        finally
        {
            device.Listener = null;
        }
    }
}
