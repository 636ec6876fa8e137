using RawFuse.Profiling;
using Spectre.Console;

namespace RawFuse.Cli.Output;

/// <summary>A profile as tables: kernels against the machine's limits, phases, and the sums below.</summary>
internal static class ProfileTable
{
    /// <summary>Room for all columns: a narrow terminal breaks whole lines, which reads better than numbers broken within their columns.</summary>
    private const int Width = 160;

    private const string None = "-";

    public static void Write(IAnsiConsole console, ProfileReport profile)
    {
        console.Profile.Width = Math.Max(console.Profile.Width, Width);
        if (profile.Limits is { } limits)
        {
            console.WriteLine(
                $"{profile.Device}: multiply-adds {limits.FmaGflops:F0} GFLOP/s, copies {limits.CopyGigabytes:F1} GB/s (read and write), as measured");
        }

        console.Write(Kernels(profile));
        if (profile.Phases.Count > 0) console.Write(Phases(profile));
        double run = profile.Result.MeanSeconds, kernels = profile.Result.MeanKernelSeconds;
        double fastest = profile.Result.RunSeconds.Min(), slowest = profile.Result.RunSeconds.Max();
        console.WriteLine($"one run {Milliseconds(run)} ms (fastest {Milliseconds(fastest)}, slowest {Milliseconds(slowest)})");
        console.WriteLine($"in kernels {Milliseconds(kernels)} ms, outside of kernels {Milliseconds(run - kernels)} ms ({100 * (run - kernels) / run:F1}%)");
        console.WriteLine($"copies between host and device: {profile.Result.Uploads} up, {profile.Result.Downloads} down a run");
        double peak = profile.Result.PoolPeakBytes / 1048576.0;
        console.WriteLine($"managed memory allocated {profile.Result.ManagedBytes:N0} bytes a run, device memory at most {peak:N1} MiB");
    }

    private static Table Kernels(ProfileReport profile)
    {
        Table table = new Table().Border(TableBorder.Simple).Title($"{profile.Name}: one run, mean of {profile.Runs}".EscapeMarkup());
        table.AddColumn("kernel", column => column.NoWrap());
        if (profile.ByShape) table.AddColumn("shape", column => column.NoWrap());
        string[] numbers = ["calls", "ms", "% of\ntime", "GFLOP/s", "GB/s", "FLOP\nper byte"];
        foreach (string name in (string[])[.. numbers, .. profile.Limits is null ? (string[])[] : ["% of\nFMA", "% of\nmemory", "bound\nby", "% of\nlimit"]])
            table.AddColumn(name, column => column.RightAligned().NoWrap().PadRight(0));
        foreach (KernelSummary kernel in profile.Kernels) Row(table, profile, kernel);
        Row(table, profile, Total(profile));
        return table;
    }

    private static KernelSummary Total(ProfileReport profile)
    {
        IReadOnlyList<KernelSummary> all = profile.Kernels;
        return new KernelSummary(
            "all", null, all.Sum(kernel => kernel.Calls), all.Sum(kernel => kernel.Seconds), all.Sum(kernel => kernel.Flops), all.Sum(kernel => kernel.Bytes),
            profile.Limits is null ? null : all.Sum(kernel => kernel.LimitSeconds ?? 0));
    }

    private static void Row(Table table, ProfileReport profile, KernelSummary kernel)
    {
        List<string> cells = [kernel.Kernel.EscapeMarkup()];
        if (profile.ByShape) cells.Add((kernel.Detail ?? "").EscapeMarkup());
        cells.AddRange(
        [
            $"{profile.PerRun(kernel.Calls):0.#}", Milliseconds(profile.PerRun(kernel.Seconds)), $"{profile.PercentOf(kernel.Seconds):F1}",
            kernel.Flops > 0 ? Number(kernel.Gflops) : None, Number(kernel.Gigabytes), kernel.Flops > 0 ? Number(kernel.Intensity) : None,
        ]);
        if (profile.Limits is { } limits)
        {
            cells.AddRange(
            [
                kernel.Flops > 0 ? Percent(kernel.Gflops / limits.FmaGflops) : None, Percent(kernel.Gigabytes / limits.CopyGigabytes),
                profile.LimitOf(kernel) ?? None, Percent(kernel.ShareOfLimit),
            ]);
        }

        table.AddRow([.. cells]);
    }

    private static Table Phases(ProfileReport profile)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("phase");
        foreach (string name in (string[])["ms", "% of run", "in kernels", "outside"]) table.AddColumn(name, column => column.RightAligned());
        foreach (PhaseSummary phase in profile.Phases)
        {
            double seconds = profile.PerRun(phase.Seconds), kernels = profile.PerRun(phase.KernelSeconds);
            table.AddRow(
                phase.Name.EscapeMarkup(), Milliseconds(seconds), $"{100 * seconds / profile.Result.MeanSeconds:F1}", Milliseconds(kernels),
                Milliseconds(seconds - kernels));
        }

        return table;
    }

    private static string Milliseconds(double seconds) => $"{1000 * seconds:F3}";

    private static string Number(double? value) =>
        value is not { } number ? None : number >= 100 ? $"{number:F0}" : number >= 1 ? $"{number:F1}" : $"{number:F2}";

    private static string Percent(double? share) => share is { } value ? $"{100 * value:F0}" : None;
}
