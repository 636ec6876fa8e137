using RawFuse.Parity;
using RawFuse.Profiling;
using TorchSharp;

namespace RawFuse.Bench.Ratios;

/// <summary>
/// Times two ways in turns, so that whatever slows the machine down slows both. libtorch's threads spin for some milliseconds before they sleep; taking
/// that from them would make torch slower, so there is a pause before each of our turns instead. A turn begins with a call that is not timed,
/// which wakes this side's threads and caches.
/// </summary>
internal static class SideBySide
{
    private const int FewestRounds = 3, MostRounds = 11;
    private const double SampleSeconds = 0.04;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    /// <summary>What it takes until the compiler has the final code ready, two rounds of 30 calls and its own delays; torch is compiled.</summary>
    private static readonly WarmUp OurWarmUp = new(60, 0.4, 1), TheirWarmUp = new(1, 0.1, 1);

    /// <summary>Before the first measurement: all of the runtime is new to the compiler, which works beside it for a while.</summary>
    private static readonly WarmUp FirstWarmUp = new(60, 1.5, 1.5);

    private static bool isFirst = true;

    /// <summary>Median milliseconds of a call of each side.</summary>
    /// <param name="ours">RawFuse.</param>
    /// <param name="theirs">Torch, which is called through <see cref="Libtorch.Run(Action)"/>; the tensors it makes are freed after each call.</param>
    /// <param name="seconds">How long the measurement should take if three rounds do not take longer.</param>
    public static (double Ours, double Theirs) Milliseconds(Action ours, Action theirs, double seconds)
    {
        void TheirCall()
        {
            using DisposeScope scope = torch.NewDisposeScope();
            theirs();
        }

        double once = (isFirst ? FirstWarmUp : OurWarmUp).Run(ours), theirOnce = Libtorch.Run(() => (isFirst ? FirstWarmUp : TheirWarmUp).Run(TheirCall));
        isFirst = false;
        int calls = CallsOf(once), theirCalls = CallsOf(theirOnce);
        int rounds = (int)Math.Clamp(seconds / ((once * calls) + (theirOnce * theirCalls)), FewestRounds, MostRounds) | 1;
        double[] samples = new double[rounds], theirSamples = new double[rounds];
        for (int i = 0; i < rounds; i++)
        {
            Thread.Sleep(Pause);
            samples[i] = Turn(ours, calls);
            theirSamples[i] = Libtorch.Run(() => Turn(TheirCall, theirCalls));
        }

        return (1000 * Median(samples), 1000 * Median(theirSamples));
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

    /// <summary>Calls before a measurement: a number of them and a time, but never longer than the second time.</summary>
    private readonly record struct WarmUp(int Calls, double Seconds, double MostSeconds)
    {
        /// <returns>Seconds of the last call.</returns>
        public double Run(Action call)
        {
            double all = 0, last = 0;
            for (int i = 0; all < MostSeconds && (i < Calls || all < Seconds); i++)
            {
                last = Timing.Seconds(call, 1);
                all += last;
            }

            return last;
        }
    }
}
