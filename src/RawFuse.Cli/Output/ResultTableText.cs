using System.Globalization;
using RawFuse.NeuralFuse.Campaigns;
using Spectre.Console;

namespace RawFuse.Cli.Output;

/// <summary>How a table of results is printed.</summary>
internal enum TableFormat
{
    Text,
    Markdown,
    Csv,
}

/// <summary>Prints tables of results.</summary>
internal static class ResultTableText
{
    /// <summary>Wider than any table: lines that break cannot be read, nor pasted.</summary>
    private const int Width = 1000;

    public static void Write(Report report, ResultTable table, TableFormat format)
    {
        if (format == TableFormat.Csv)
        {
            foreach (string line in Csv(table)) report.Console.Profile.Out.Writer.WriteLine(line);
            return;
        }

        report.Console.Profile.Width = Width;
        report.Line(table.Number is { } number ? $"Table {number}. {table.Title}" : table.Title);
        if (format == TableFormat.Markdown) report.Line("");
        report.Console.Write(Grid(table, format == TableFormat.Markdown ? TableBorder.Markdown : TableBorder.Simple));
    }

    private static Table Grid(ResultTable table, TableBorder border)
    {
        Table grid = new Table().Border(border);
        foreach (string key in table.Keys) grid.AddColumn(key.EscapeMarkup(), column => column.NoWrap());
        foreach (string head in table.Columns) grid.AddColumn(head.EscapeMarkup(), column => column.RightAligned().NoWrap());
        foreach (ResultRow row in table.Rows) grid.AddRow([.. row.Keys.Concat(row.Cells.Select(cell => cell.ToString())).Select(text => text.EscapeMarkup())]);
        return grid;
    }

    /// <summary>Every number in a field of its own: mean and deviation, ours and, in tables of the paper, the paper's.</summary>
    private static IEnumerable<string> Csv(ResultTable table)
    {
        string[] kinds = table.Number is null ? ["", " std"] : ["", " std", " paper", " paper std"];
        yield return Line(table.Keys.Concat(table.Columns.SelectMany(head => kinds.Select(kind => head + kind))));
        foreach (ResultRow row in table.Rows)
        {
            yield return Line(row.Keys.Concat(row.Cells.SelectMany(cell =>
                new[] { cell.Ours?.Value, cell.Ours?.Deviation, cell.Paper?.Value, cell.Paper?.Deviation }.Take(kinds.Length).Select(Text))));
        }
    }

    private static string Text(decimal? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Line(IEnumerable<string> fields) =>
        string.Join(',', fields.Select(field => field.AsSpan().IndexOfAny(",\"\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"")}\""));
}
