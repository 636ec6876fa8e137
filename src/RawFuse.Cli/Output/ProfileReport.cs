using RawFuse.Profiling;

namespace RawFuse.Cli.Output;

/// <summary>A profile with what is known of its surroundings.</summary>
/// <param name="Name">What was profiled.</param>
/// <param name="Device">What it ran on.</param>
/// <param name="Result">What was seen.</param>
/// <param name="Limits">What the machine can do, or null.</param>
/// <param name="ByShape">Whether each shape of a kernel is a line of its own.</param>
internal sealed record ProfileReport(string Name, string Device, ProfileResult Result, MachineLimits? Limits, bool ByShape)
{
    public IReadOnlyList<KernelSummary> Kernels { get; } = Result.Profile.Summarize(ByShape, Limits);

    public IReadOnlyList<PhaseSummary> Phases { get; } = Result.Profile.SummarizePhases();

    public int Runs => Result.RunSeconds.Count;

    /// <summary>A number of all runs as that of one.</summary>
    public double PerRun(double ofAllRuns) => ofAllRuns / Runs;

    /// <summary>Time in kernels, in percent of all of it.</summary>
    public double PercentOf(double seconds) => 100 * PerRun(seconds) / Result.MeanKernelSeconds;

    /// <summary>Which of the machine's limits binds a kernel, or null where that is unknown.</summary>
    public string? LimitOf(KernelSummary kernel) =>
        kernel.LimitSeconds is null ? null : Limits!.IsBoundByFma(kernel.Flops, kernel.Bytes) ? "fma" : "memory";
}
