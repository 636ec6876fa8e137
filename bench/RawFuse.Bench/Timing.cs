using System.Diagnostics;

namespace RawFuse.Bench;

/// <summary>Times something by the median of several samples, each long enough for the clock.</summary>
internal static class Timing
{
    private const int Samples = 7;
    private const double SampleSeconds = 0.05;

    /// <summary>By then the runtime has replaced its first, quick compilation of what is called.</summary>
    private const double WarmSeconds = 0.4;

    /// <summary>Seconds one call takes. The median forgives a busy machine a few disturbed samples.</summary>
    public static double Median(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        double once = Seconds(action, 1);
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmSeconds) once = Seconds(action, 1);
        int calls = (int)Math.Clamp(SampleSeconds / once, 1, 100_000);
        double[] samples = [.. Enumerable.Range(0, Samples).Select(_ => Seconds(action, calls)).Order()];
        return samples[Samples / 2];
    }

    /// <summary>Mean seconds of a number of calls.</summary>
    public static double Seconds(Action action, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
