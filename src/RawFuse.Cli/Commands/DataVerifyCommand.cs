using System.CommandLine;
using RawFuse.Cli.Data;
using RawFuse.Cli.Output;
using RawFuse.Datasets.Download;
using Spectre.Console;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse data verify</c>: whether what is here of a data set is complete and can be read.</summary>
internal static class DataVerifyCommand
{
    public static Command Create()
    {
        Argument<string> name = DataCommand.Name(ImageSources.Names);
        Option<string?> folder = CommonOptions.DataFolder();
        var command = new Command("verify", "Check that a data set is complete and readable.") { name, folder };
        command.SetAction((parsed, cancellation) =>
        {
            var report = new Report(null);
            var verification = new DatasetVerification(DatasetCatalog.Find(parsed.GetRequiredValue(name))!, parsed.GetValue(folder));
            IReadOnlyList<DatasetCheck> checks = verification.Run(cancellation);
            Table table = new Table().Border(TableBorder.Simple).AddColumns("what", "is");
            foreach (DatasetCheck check in checks) table.AddRow(check.What.EscapeMarkup(), (check.Problem is null ? check.Found : "wrong: " + check.Problem).EscapeMarkup());
            report.Console.Write(table);
            string problems = string.Join("; ", checks.Where(check => check.Problem is not null).Select(check => $"{check.What}: {check.Problem}"));
            return problems.Length == 0 ? Task.FromResult(0) : throw new IOException($"Data set '{verification.Name}' is not as it should be: {problems}");
        });
        return command;
    }
}
