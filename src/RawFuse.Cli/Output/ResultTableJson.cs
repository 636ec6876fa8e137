using RawFuse.NeuralFuse.Campaigns;

namespace RawFuse.Cli.Output;

/// <summary>What <c>table</c> writes.</summary>
/// <param name="Table">The table's number in the paper; left out for the list of rows.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Rows">Its rows.</param>
internal sealed record ResultTableJson(int? Table, string Title, IReadOnlyList<ResultRowJson> Rows)
{
    public static ResultTableJson Of(ResultTable table) => new(table.Number, table.Title, [.. table.Rows.Select(row => ResultRowJson.Of(table, row))]);
}

/// <summary>A row: what it is about, and its numbers, by the heads of their columns.</summary>
internal sealed record ResultRowJson(IReadOnlyDictionary<string, string> Keys, IReadOnlyDictionary<string, ResultCellJson> Cells)
{
    public static ResultRowJson Of(ResultTable table, ResultRow row) => new(
        table.Keys.Zip(row.Keys).ToDictionary(pair => pair.First, pair => pair.Second),
        table.Columns.Zip(row.Cells).ToDictionary(pair => pair.First, pair => ResultCellJson.Of(pair.Second)));
}

/// <summary>A number of ours and the paper's; what is not there is left out.</summary>
internal sealed record ResultCellJson(decimal? Value, decimal? Std, decimal? Paper, decimal? PaperStd)
{
    public static ResultCellJson Of(ResultCell cell) => new(cell.Ours?.Value, cell.Ours?.Deviation, cell.Paper?.Value, cell.Paper?.Deviation);
}
