using System.CommandLine;
using RawFuse.Cli.Data;
using RawFuse.Cli.Output;
using RawFuse.Datasets.Download;
using Spectre.Console;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse data list</c>: which data sets are known, and which are here.</summary>
internal static class DataListCommand
{
    private const string None = "-";

    public static Command Create()
    {
        Option<string?> json = CommonOptions.Json();
        var command = new Command("list", "Show all data sets, for '--data', and whether they are here.") { json };
        command.SetAction(parsed =>
        {
            var report = new Report(parsed.GetValue(json));
            bool hasRoot = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("RAWFUSE_DATA"));
            DatasetJson[] sets = [.. DatasetCatalog.Sources.Select(source => DatasetJson.Of(source, hasRoot ? ImageSources.FolderOf(source.Name, null) : null))];
            report.Console.Write(TableOf(sets));
            foreach (DatasetJson set in sets)
            {
                if (set.Missing is { } missing) report.Line($"{set.Name}: {set.Folder} lacks {string.Join(", ", missing)}.");
            }

            if (!hasRoot) report.Line("RAWFUSE_DATA is not set: it names the folder that data sets are looked for in.");
            report.Json(() => new DatasetsJson(sets), JsonModels.Default.DatasetsJson);
        });
        return command;
    }

    private static Table TableOf(IEnumerable<DatasetJson> sets)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("data set", "state", "folder", "classes", "train", "test", "download", "licence and home page");
        foreach (DatasetJson set in sets)
        {
            table.AddRow(
                set.Name, set.State, (set.Folder ?? None).EscapeMarkup(), $"{set.Classes}", $"{set.TrainImages?.ToString() ?? None}", $"{set.TestImages?.ToString() ?? None}",
                set.DownloadBytes is { } bytes ? $"{bytes / 1048576.0:F1} MiB" : None, $"{set.Licence}; {set.Home}".EscapeMarkup());
        }

        return table;
    }
}
