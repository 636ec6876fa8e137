using RawFuse.Parity;
using RawFuse.Profiling;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>Gives torch the layout that suits it: both are tried.</summary>
internal static class FasterLayout
{
    private const double TrialSeconds = 0.05;

    /// <summary>Makes something in each layout, and keeps the one that is faster.</summary>
    /// <param name="make">Makes it.</param>
    /// <param name="run">Runs it; the tensors it makes are freed.</param>
    public static T Of<T>(Func<MemoryFormat, T> make, Action<T> run)
        where T : class, IDisposable
    {
        T? best = null;
        double bestSeconds = double.PositiveInfinity;
        foreach (MemoryFormat format in Enum.GetValues<MemoryFormat>())
        {
            T candidate = make(format);
            double seconds = Libtorch.Run(() => Seconds(candidate, run));
            (T? slower, best) = seconds < bestSeconds ? (best, candidate) : (candidate, best);
            bestSeconds = Math.Min(seconds, bestSeconds);
            slower?.Dispose();
        }

        return best!;
    }

    /// <summary>The shortest of a few calls, after one that is not timed.</summary>
    private static double Seconds<T>(T candidate, Action<T> run)
    {
        void Call()
        {
            using DisposeScope scope = torch.NewDisposeScope();
            run(candidate);
        }

        Call();
        double shortest = double.PositiveInfinity;
        for (double all = 0; all < TrialSeconds;)
        {
            double seconds = Timing.Seconds(Call, 1);
            shortest = Math.Min(shortest, seconds);
            all += seconds;
        }

        return shortest;
    }
}
