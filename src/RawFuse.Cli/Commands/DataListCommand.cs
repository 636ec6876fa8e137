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
            DatasetJson[] sets = [.. DatasetCatalog.Sources.Select(source => DatasetJson.Of(source, hasRoot ? FolderOf(source) : null))];
            report.Console.Write(TableOf(sets));
            foreach (DatasetJson set in sets) report.Line(Describe(set));
            if (!hasRoot) report.Line("RAWFUSE_DATA is not set: it names the folder that data sets are looked for in.");
            report.Json(() => new DatasetsJson(sets), JsonModels.Default.DatasetsJson);
        });
        return command;
    }

    /// <summary>Where a set is, or, if it is nowhere, where it would be put.</summary>
    private static string FolderOf(DatasetSource source)
    {
        string folder = ImageSources.FolderOf(source.Name, null);
        return source.MissingIn(folder).Count < source.Contents.Count ? folder : ImageSources.OwnFolderOf(source.Name, null);
    }

    private static string Describe(DatasetJson set)
    {
        string place = set.State is "present" or "incomplete" ? $", in {set.Folder}" : "";
        string missing = set.Missing is { } lacks ? $", which lacks {string.Join(", ", lacks)}" : "";
        return $"{set.Name}: {set.Licence}; {set.Home}{place}{missing}";
    }

    private static Table TableOf(IEnumerable<DatasetJson> sets)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("data set", "state", "classes", "train", "test", "download");
        foreach (DatasetJson set in sets)
        {
            table.AddRow(
                set.Name, set.State, $"{set.Classes}", set.TrainImages is { } train ? $"{train}" : None, set.TestImages is { } test ? $"{test}" : None,
                set.DownloadBytes is { } bytes ? $"{bytes / 1048576.0:F1} MiB" : None);
        }

        return table;
    }
}
