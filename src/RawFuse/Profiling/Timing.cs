using System.Diagnostics;

namespace RawFuse.Profiling;

/// <summary>Times something by several samples, each long enough for the clock.</summary>
public static class Timing
{
    private const int Samples = 7;
    private const double SampleSeconds = 0.05;

    /// <summary>By then the runtime has replaced its first, quick compilation of what is called.</summary>
    private const double WarmSeconds = 0.4;

    /// <summary>Seconds one call takes. The median forgives a busy machine a few disturbed samples.</summary>
    public static double Median(Action action) => Sorted(action)[Samples / 2];

    /// <summary>Seconds one call takes at best: what a limit is measured by, which a disturbance can only lower.</summary>
    public static double Fastest(Action action) => Sorted(action)[0];

    /// <summary>Mean seconds of a number of calls.</summary>
    public static double Seconds(Action action, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }

    private static double[] Sorted(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        double once = Seconds(action, 1);
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmSeconds) once = Seconds(action, 1);
        int calls = (int)Math.Clamp(SampleSeconds / once, 1, 100_000);
        return [.. Enumerable.Range(0, Samples).Select(_ => Seconds(action, calls)).Order()];
    }
}
