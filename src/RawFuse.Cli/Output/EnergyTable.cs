using RawFuse.NeuralFuse.Energy;
using Spectre.Console;

namespace RawFuse.Cli.Output;

/// <summary>A ledger of SRAM accesses, layer by layer.</summary>
internal static class EnergyTable
{
    public static Table Of(string name, AccessLedger ledger)
    {
        Table table = new Table().Border(TableBorder.Simple).Title(name.EscapeMarkup());
        table.AddColumn("layer");

        // Numbers are never broken over lines, and headings in two lines leave room for them.
        foreach (string column in (string[])["filter\nreads", "ifmap\nreads", "ofmap\nwrites", "cycles", "MACs"]) table.AddColumn(column, c => c.RightAligned().NoWrap().PadRight(0));
        foreach (AccessLedgerRow row in ledger.Rows) Row(table, row.Layer.Name, row.Counts);
        Row(table, "total", ledger.Total);
        table.Caption($"weight memory accesses of 64 bits (TWMA): {ledger.TotalWeightMemoryAccesses:N0}");
        return table;
    }

    private static void Row(Table table, string name, AccessCounts counts) =>
        table.AddRow(name.EscapeMarkup(), $"{counts.FilterReads:N0}", $"{counts.IfmapReads:N0}", $"{counts.OfmapWrites:N0}", $"{counts.Cycles:N0}", $"{counts.Macs:N0}");
}
