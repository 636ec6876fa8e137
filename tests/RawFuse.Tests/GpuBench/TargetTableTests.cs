using System.Diagnostics;
using RawFuse.GpuBench;

namespace RawFuse.Tests.GpuBench;

/// <summary>The table of targets: its arithmetic, and that both sides' programs have the cases it asks for.</summary>
public sealed class TargetTableTests
{
    private static readonly BenchOptions Options = BenchOptions.Parse([], out _)!;

    private static readonly string[] OurNames = [.. RawFuse.GpuBench.Speed.SpeedCases.For(Options).Select(@case => @case.Name)];

    [RequiresPythonFact]
    public void RatiosAreTheOthersTimeOverOurs()
    {
        // A convolution takes 3 ms here and 2 ms or 4.5 ms there, by turns: 0.67 and 1.5, 1 in the mean.
        int turn = 0;
        Dictionary<string, CaseResult> ours = Results(name => name.StartsWith("conv-", StringComparison.Ordinal) ? 3 : 10, OurNames);
        ours["fma-limit"] = new CaseResult("fma-limit", MedianMs: 1000, Flops: 1_000_000);
        ours["copy"] = new CaseResult("copy", MedianMs: 1000, Bytes: 100_000);
        Dictionary<string, CaseResult> theirs = Results(
            name => name.StartsWith("conv-", StringComparison.Ordinal) ? turn++ % 2 == 0 ? 2 : 4.5 : name == "eopm-reference" ? 81 : 14, TorchNames());
        theirs["copy"] = new CaseResult("copy", MedianMs: 500, Bytes: 100_000);
        TargetRow[] rows = [.. TargetTable.Rows(ours, theirs)];

        Check(rows, "eopm-map-tensorfloat32", 8.1, true);
        Check(rows, "eopm-drawn-tensorfloat32", 1.4, false);
        Check(rows, "3x3 convolutions, tensorfloat32, geometric mean", 1, true);

        // 7000 operations and 1200 bytes in 10 ms: 0.7 of the multiply-adds, and 0.6 of the faster copy's 200 bytes per millisecond.
        Check(rows, "gemm-float32", 0.7, true);
        Check(rows, "inject-1g", 0.6, true);
        Check(rows, "adam", 0.6, false);
        Assert.All(rows, row => Assert.NotNull(row.Ratio));
    }

    [RequiresPythonFact]
    public void WhatIsMissingReachesNothing()
    {
        TargetRow[] rows = [.. TargetTable.Rows(Results(_ => 10, OurNames), new Dictionary<string, CaseResult>())];
        Assert.All(rows, row => Assert.True(row is { RawFuseMs: not null, Ratio: null, IsReached: null }, row.Name));
        Assert.All(TargetTable.Rows(new Dictionary<string, CaseResult>(), Results(_ => 10, TorchNames())), row => Assert.Null(row.Ratio));
    }

    private static void Check(IEnumerable<TargetRow> rows, string name, double ratio, bool isReached)
    {
        TargetRow row = Assert.Single(rows, row => row.Name == name && row.Target is not null);
        Assert.Equal(ratio, row.Ratio!.Value, 9);
        Assert.Equal(isReached, row.IsReached);
    }

    private static Dictionary<string, CaseResult> Results(Func<string, double> milliseconds, IEnumerable<string> names) =>
        names.ToDictionary(name => name, name => name is "copy" or "fma-limit"
            ? new CaseResult(name)
            : new CaseResult(name, MedianMs: milliseconds(name), Flops: 7000, Bytes: 1200));

    /// <summary>The cases of PyTorch's side, as its program lists them. It needs Python, but no PyTorch for that.</summary>
    private static string[] TorchNames()
    {
        var start = new ProcessStartInfo("python3", [Path.Combine(AppContext.BaseDirectory, "gpu_torch.py"), "--list"]) { RedirectStandardOutput = true };
        using Process python = Process.Start(start)!;
        string names = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        return names.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
