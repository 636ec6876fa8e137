using RawFuse.Kernels;
using RawFuse.Profiling;

namespace RawFuse.GpuBench.Speed;

/// <summary>Times work that a device does while the program goes on: calls in batches, with a wait for the device at the end of each only.</summary>
internal static class Sampling
{
    private const int FewestSamples = 3, MostSamples = 50, MostCalls = 10_000;

    /// <summary>Long enough that starting and waiting do not show.</summary>
    private const double BatchSeconds = 0.02;

    /// <summary>Share of the time that warms up before it counts.</summary>
    private const double WarmShare = 0.3;

    /// <summary>Milliseconds of a call.</summary>
    /// <param name="device">Where it works.</param>
    /// <param name="call">Gives the device its work.</param>
    /// <param name="seconds">How long to measure, if the fewest samples do not take longer.</param>
    public static (double Median, double Fastest) Milliseconds(Device device, Action call, double seconds)
    {
        // The first call compiles kernels and takes memory.
        Batch(1);
        double once = Batch(1);
        int calls = (int)Math.Clamp(BatchSeconds / once, 1, MostCalls);
        for (double warm = once; warm < WarmShare * seconds;) warm += calls * Batch(calls);
        var samples = new List<double>();
        for (double all = 0; samples.Count < FewestSamples || (all < seconds && samples.Count < MostSamples);)
        {
            samples.Add(Batch(calls));
            all += calls * samples[^1];
        }

        samples.Sort();
        return (1000 * samples[samples.Count / 2], 1000 * samples[0]);

        double Batch(int count) => Timing.Seconds(
            () =>
            {
                for (int i = 0; i < count; i++) call();
                device.Synchronize();
            },
            calls: 1) / count;
    }
}
