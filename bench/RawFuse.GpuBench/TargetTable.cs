using System.Globalization;
using RawFuse.GpuBench.Speed;
using RawFuse.Kernels;

namespace RawFuse.GpuBench;

/// <summary>What both sides measured, side by side, with the targets.</summary>
internal static class TargetTable
{
    private const string RawFuseFile = "rawfuse.jsonl", TorchFile = "torch.jsonl";

    /// <summary>Prints the table of a folder with both sides' results; the other side's may be missing.</summary>
    /// <returns>The exit code: 0 whether or not targets are reached.</returns>
    public static int Print(string folder)
    {
        IReadOnlyDictionary<string, CaseResult> ours = Read(Path.Combine(folder, RawFuseFile)), theirs = Read(Path.Combine(folder, TorchFile));
        Console.WriteLine($"RawFuse: {Note(ours, "device")}. PyTorch: {Note(theirs, "device")}. Medians; the limit of multiply-adds is {Note(ours, "fma-limit")}.");
        Console.WriteLine($"{"case",-46} {"RawFuse ms",11} {"against",-36} {"ms",11} {"ratio",7} {"target",7}  reached");
        foreach (TargetRow row in Rows(ours, theirs))
        {
            string reached = row.IsReached switch { true => "yes", false => "no", null => "-" };
            Console.WriteLine(
                $"{row.Name,-46} {Text(row.RawFuseMs, "F3"),11} {row.Against,-36} {Text(row.AgainstMs, "F3"),11} {Text(row.Ratio, "F2"),7} {Text(row.Target, "F2"),7}  {reached}");
        }

        PrintErrors("RawFuse", ours.Values);
        PrintErrors("PyTorch", theirs.Values);
        return 0;
    }

    /// <summary>The table's lines.</summary>
    /// <param name="ours">RawFuse's results by case.</param>
    /// <param name="theirs">PyTorch's.</param>
    public static IEnumerable<TargetRow> Rows(IReadOnlyDictionary<string, CaseResult> ours, IReadOnlyDictionary<string, CaseResult> theirs)
    {
        // A copy is what the faster of both copies takes: a slow one of our own must not make the others look fast.
        double? copy = new[] { Of(ours, "copy")?.ByteRate(), Of(theirs, "copy")?.ByteRate() }.Max(), fma = Of(ours, "fma-limit")?.FlopRate();

        foreach (MatrixPrecision precision in SpeedCases.ConvolutionPrecisions)
        {
            string name = SpeedCases.NameOf(precision);
            yield return Compared($"{EopmCases.Map}-{name}", "eopm-reference", "PyTorch, the reference's loop", 8);
            yield return Compared($"{EopmCases.Drawn}-{name}", "eopm-restructured", "PyTorch, restructured", 1.5);
            TargetRow[] layers =
            [
                .. from pass in ConvolutionCases.Passes
                   from layer in ConvolutionCases.Layers()
                   select Compared($"{ConvolutionCases.Family(pass, precision)}-{layer.Name}", $"conv-{pass}-{layer.Name}", "PyTorch, TF32 allowed", null),
            ];
            foreach (TargetRow layer in layers) yield return layer;
            yield return new TargetRow(
                $"3x3 convolutions, {name}, geometric mean", Mean(layers, layer => layer.RawFuseMs), "PyTorch, TF32 allowed", Mean(layers, layer => layer.AgainstMs), 0.7);
        }

        yield return Limited(ProductCases.NameOf(MatrixPrecision.Float32), result => result.Flops, fma, "multiply-adds", 0.6);
        foreach (MatrixPrecision precision in Enum.GetValues<MatrixPrecision>())
            yield return Compared(ProductCases.NameOf(precision), ProductCases.NameOf(precision), $"PyTorch, {SpeedCases.NameOf(precision)}", null);

        yield return Limited(MemoryCases.Inject, result => result.Bytes, copy, "copies", 0.5);
        foreach (string sweep in MemoryCases.Sweeps) yield return Limited(sweep, result => result.Bytes, copy, "copies", 0.8);

        TargetRow Compared(string name, string theirName, string against, double? target) =>
            new(name, Of(ours, name)?.MedianMs, against, Of(theirs, theirName)?.MedianMs, target);

        TargetRow Limited(string name, Func<CaseResult, long?> amount, double? rate, string limit, double target)
        {
            CaseResult? result = Of(ours, name);
            return new(name, result?.MedianMs, $"the limit of {limit}", result is null ? null : 1e3 * amount(result) / rate, target);
        }
    }

    private static CaseResult? Of(IReadOnlyDictionary<string, CaseResult> results, string name) => results.GetValueOrDefault(name);

    /// <summary>The geometric mean; null where a number is missing.</summary>
    private static double? Mean(TargetRow[] rows, Func<TargetRow, double?> number) =>
        rows.All(row => number(row) is not null) ? Math.Exp(rows.Average(row => Math.Log(number(row)!.Value))) : null;

    private static Dictionary<string, CaseResult> Read(string file) => File.Exists(file) ? File.ReadLines(file).Select(CaseResult.FromLine).ToDictionary(result => result.Case) : [];

    private static string Note(IReadOnlyDictionary<string, CaseResult> results, string name) => Of(results, name) is { } result ? result.Note ?? result.Error ?? "" : "not run";

    private static string Text(double? number, string format) => number?.ToString(format, CultureInfo.InvariantCulture) ?? "-";

    private static void PrintErrors(string side, IEnumerable<CaseResult> results)
    {
        foreach (IGrouping<string?, CaseResult> same in results.Where(result => result.Error is not null).GroupBy(result => result.Error))
            Console.WriteLine($"{side}, {same.First().Case}{(same.Count() > 1 ? $" and {same.Count() - 1} more" : "")}: {same.Key}");
    }
}
