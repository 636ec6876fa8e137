using RawFuse.NeuralFuse.Faults;
using Spectre.Console;

namespace RawFuse.Cli.Output;

/// <summary>What a chip did to weights, tensor by tensor.</summary>
internal static class FaultTable
{
    public static Table Of(FaultSummary summary)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("tensor");
        foreach (string column in (string[])["weights", "faulty cells", "changed bits", "changed weights"]) table.AddColumn(column, c => c.RightAligned());
        foreach (FaultReport tensor in summary.Tensors) Row(table, tensor.Name, tensor.Weights, tensor.CellsFaulty, tensor.BitsChanged, tensor.WeightsChanged);
        Row(table, "total", summary.Weights, summary.CellsFaulty, summary.BitsChanged, summary.WeightsChanged);
        table.Caption(
            $"{100 * summary.RequestedBer:G4}% faulty cells requested, {100 * summary.CellBer:G4}% found; {100 * summary.FlipRate:G4}% of the bits changed, "
            + $"{summary.Counts.ZeroToOne.Sum():N0} from 0 to 1 and {summary.Counts.OneToZero.Sum():N0} from 1 to 0");
        return table;
    }

    private static void Row(Table table, string name, long weights, long cells, long bits, long changed) =>
        table.AddRow(name.EscapeMarkup(), $"{weights:N0}", $"{cells:N0}", $"{bits:N0}", $"{changed:N0}");
}
