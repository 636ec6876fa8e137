using RawFuse.Profiling;

namespace RawFuse.Cli.Output;

/// <summary>What the machine can do, as measured.</summary>
internal sealed record LimitsJson(double FmaGflops, double CopyGigabytesPerSecond);

/// <summary>A kernel, or a kernel at one shape, in a run; what is unknown is left out. Shares in percent.</summary>
internal sealed record KernelJson(
    string Kernel, string? Shape, double Calls, double Milliseconds, double PercentOfKernelTime, double Flops, double Bytes, double? Gflops,
    double? GigabytesPerSecond, double? FlopsPerByte, double? PercentOfFma, double? PercentOfMemory, string? BoundBy, double? PercentOfLimit)
{
    public static KernelJson Of(KernelSummary kernel, ProfileReport profile) => new(
        kernel.Kernel, kernel.Detail, profile.PerRun(kernel.Calls), 1000 * profile.PerRun(kernel.Seconds), profile.PercentOf(kernel.Seconds),
        profile.PerRun(kernel.Flops), profile.PerRun(kernel.Bytes), kernel.Gflops, kernel.Gigabytes, kernel.Intensity,
        100 * kernel.Gflops / profile.Limits?.FmaGflops, 100 * kernel.Gigabytes / profile.Limits?.CopyGigabytes, profile.LimitOf(kernel), 100 * kernel.ShareOfLimit);
}

/// <summary>A phase in a run.</summary>
internal sealed record PhaseJson(string Phase, double Milliseconds, double KernelMilliseconds)
{
    public static PhaseJson Of(PhaseSummary phase, ProfileReport profile) =>
        new(phase.Name, 1000 * profile.PerRun(phase.Seconds), 1000 * profile.PerRun(phase.KernelSeconds));
}

/// <summary>What <c>profile</c> writes: means of one run.</summary>
internal sealed record ProfileJson(
    string Name, string Device, int Runs, LimitsJson? Limits, IReadOnlyList<KernelJson> Kernels, IReadOnlyList<PhaseJson> Phases, double Milliseconds,
    double KernelMilliseconds, IReadOnlyList<double> RunMilliseconds, long ManagedBytes, long Uploads, long Downloads,
    long PoolPeakBytes)
{
    public static ProfileJson Of(ProfileReport profile) => new(
        profile.Name, profile.Device, profile.Runs, profile.Limits is { } limits ? new LimitsJson(limits.FmaGflops, limits.CopyGigabytes) : null,
        [.. profile.Kernels.Select(kernel => KernelJson.Of(kernel, profile))], [.. profile.Phases.Select(phase => PhaseJson.Of(phase, profile))],
        1000 * profile.Result.MeanSeconds, 1000 * profile.Result.MeanKernelSeconds, [.. profile.Result.RunSeconds.Select(seconds => 1000 * seconds)],
        profile.Result.ManagedBytes, profile.Result.Uploads, profile.Result.Downloads, profile.Result.PoolPeakBytes);
}
