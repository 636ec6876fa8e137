using System.Diagnostics;
using RawFuse.Bench.Ratios.Torch;
using TorchSharp;

namespace RawFuse.Bench.Ratios;

/// <summary>
/// Times two ways in turns, so that whatever slows the machine down slows both. Before each turn there is a pause in which the other side's threads fall
/// asleep, and a call that is not timed, which wakes this side's.
/// </summary>
internal static class SideBySide
{
    private const int FewestRounds = 3, MostRounds = 15;
    private const double SampleSeconds = 0.04, WarmUpSeconds = 0.15;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Median milliseconds of a call of each side.</summary>
    /// <param name="ours">RawFuse.</param>
    /// <param name="theirs">Torch, which is called through <see cref="Libtorch.Run"/>; the tensors it makes are freed after each call.</param>
    /// <param name="seconds">How long the measurement should take if three rounds do not take longer.</param>
    public static (double Ours, double Theirs) Milliseconds(Action ours, Action theirs, double seconds = 1)
    {
        void TheirCall()
        {
            using DisposeScope scope = torch.NewDisposeScope();
            theirs();
        }

        WarmUp(ours);
        double once = Timing.Seconds(ours, 1);
        double theirOnce = Libtorch.Run(() =>
        {
            WarmUp(TheirCall);
            return Timing.Seconds(TheirCall, 1);
        });
        int calls = CallsOf(once), theirCalls = CallsOf(theirOnce);
        int rounds = (int)Math.Clamp(seconds / ((once * calls) + (theirOnce * theirCalls)), FewestRounds, MostRounds) | 1;
        double[] samples = new double[rounds], theirSamples = new double[rounds];
        for (int i = 0; i < rounds; i++)
        {
            Thread.Sleep(Pause);
            samples[i] = Turn(ours, calls);
            Thread.Sleep(Pause);
            theirSamples[i] = Libtorch.Run(() => Turn(TheirCall, theirCalls));
        }

        return (1000 * Median(samples), 1000 * Median(theirSamples));
    }

    /// <summary>Calls often enough for the compiler to have the final code ready, unless a single call takes long.</summary>
    private static void WarmUp(Action call)
    {
        long start = Stopwatch.GetTimestamp();
        do call();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);
    }

    private static int CallsOf(double seconds) => (int)Math.Clamp(SampleSeconds / seconds, 1, 10_000);

    /// <summary>Mean seconds of a call. A single long call wakes the threads itself.</summary>
    private static double Turn(Action call, int calls)
    {
        if (calls > 1) call();
        return Timing.Seconds(call, calls);
    }

    private static double Median(double[] samples)
    {
        Array.Sort(samples);
        return samples[samples.Length / 2];
    }
}
