using RawFuse.NeuralFuse.Evaluation;
using Spectre.Console;

namespace RawFuse.Cli.Output;

/// <summary>An evaluation in the paper's words.</summary>
internal static class AccuracyTable
{
    public static Table Of(EvaluationResult result, bool isInt8 = false)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("", "clean (CA)", "perturbed (PA)", "worst chip");
        Row(table, isInt8 ? "base model, int8 activations" : "base model", result.Base);
        if (result.WithFuse is { } fused) Row(table, "with NeuralFuse", fused);
        string caption = $"percent of {result.Images} images right; PA: mean ± standard deviation over {result.Chips.Count} chips, 95% interval of the mean";
        table.Caption(result.RecoveryPerChip is { } recovery ? $"recovery (RP) {recovery.Mean:F1}{Interval(recovery)} points; {caption}" : caption);
        return table;
    }

    private static void Row(Table table, string name, Accuracy accuracy) =>
        table.AddRow(name, $"{accuracy.Clean:F1}", $"{accuracy.Perturbed.Mean:F1} ± {accuracy.Perturbed.StandardDeviation:F1}{Interval(accuracy.Perturbed)}", $"{accuracy.Perturbed.Worst:F1}");

    private static string Interval(AccuracyStatistics statistics) => statistics.HalfWidth is { } half ? $" ({statistics.Mean - half:F1} to {statistics.Mean + half:F1})" : "";
}
