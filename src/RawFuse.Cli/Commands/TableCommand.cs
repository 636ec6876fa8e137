using System.CommandLine;
using System.Globalization;
using RawFuse.Cli.Output;
using RawFuse.NeuralFuse.Campaigns;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse table</c>: results of campaigns as tables, the paper's numbers beside them.</summary>
internal static class TableCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "Results of campaigns (results.jsonl); several are taken together, and repeated rows count once.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var number = new Option<int?>("--table")
        {
            Description = $"One of the paper's tables, {string.Join(", ", ResultTables.Numbers)}, with its numbers beside ours; else all rows are listed.",
            HelpName = "number",
            CustomParser = result =>
            {
                string text = result.Tokens.Single().Value;
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && ResultTables.Numbers.Contains(value)) return value;
                result.AddError($"Option '--table' is '{text}'; expected {string.Join(", ", ResultTables.Numbers)}.");
                return null;
            },
        };
        var format = new ChoiceOption<TableFormat>(
            "--format", "How to print it.", ("text", TableFormat.Text), ("markdown", TableFormat.Markdown), ("csv", TableFormat.Csv));
        Option<string?> json = CommonOptions.Json();
        var command = new Command("table", "Print results of campaigns, or one of the paper's tables with its numbers beside ours.") { files, number, format, json };
        command.SetAction(parsed =>
        {
            string[] paths = parsed.GetValue(files) ?? [];
            var report = new Report(parsed.GetValue(json), paths);
            int? asked = parsed.GetValue(number);
            if (paths.Length == 0 && asked is null) throw new ArgumentException("Name files of results, or one of the paper's tables with '--table'.");
            IReadOnlyList<RowResult> rows = ResultTables.Distinct(paths.SelectMany(path => ResultsFile.Read(path, Report.Warnings)));
            int others = 0;
            ResultTable table = asked is { } paper ? ResultTables.Paper(paper, rows, out others) : ResultTables.List(rows);
            if (others > 0)
                Report.Warnings.Report($"{others} of {rows.Count} rows are not the paper's (data set, fault model, N), or later rows of another setting replace them");
            ResultTableText.Write(report, table, format.ValueIn(parsed));
            report.Json(() => ResultTableJson.Of(table), JsonModels.Default.ResultTableJson);
        });
        return command;
    }
}
