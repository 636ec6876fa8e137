using System.CommandLine;
using RawFuse.Cli.Data;
using RawFuse.Cli.Output;
using RawFuse.Datasets.Download;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse data get</c>: downloads a data set from where it is published.</summary>
internal static class DataGetCommand
{
    public static Command Create()
    {
        Argument<string> name = DataCommand.Name([.. DatasetCatalog.Sources.Select(source => source.Name)]);
        var folder = new Option<string?>("--data-dir") { Description = "Folder to put the files in (else RAWFUSE_DATA/NAME).", HelpName = "folder" };
        var mirror = new Option<Uri?>("--mirror")
        {
            Description = "Address that has the same files, instead of the official one.",
            HelpName = "url",
            CustomParser = result =>
            {
                // The slash makes the last part of the path a folder.
                string text = result.Tokens.Single().Value;
                if (Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https") return address;
                result.AddError($"Option '--mirror' is '{text}'; expected an address that begins with http:// or https://.");
                return null;
            },
        };
        var keep = new Option<bool>("--keep-archive") { Description = "Keep the archives, beside the files that were in them." };
        var command = new Command("get", "Download a data set. Interrupted, it goes on next time.") { name, folder, mirror, keep };
        command.SetAction((parsed, cancellation) =>
        {
            DatasetSource source = DatasetCatalog.Find(parsed.GetRequiredValue(name))!;
            if (source.IsBuiltIn || source.Instructions is not null) return Task.FromResult(Explain(source));
            string path = ImageSources.OwnFolderOf(source.Name, parsed.GetValue(folder));
            return RunAsync(source, path, parsed.GetValue(mirror), parsed.GetValue(keep), cancellation);
        });
        return command;
    }

    /// <summary>Downloads and unpacks a data set.</summary>
    public static async Task<int> RunAsync(DatasetSource source, string folder, Uri? mirror, bool keepArchives, CancellationToken cancellation)
    {
        var report = new Report(null);
        using DatasetInstallation? installation = DatasetInstallation.Begin(source, folder);
        if (installation is null)
        {
            report.Line($"{source.Name} is already in {folder}; nothing to do.");
            return 0;
        }

        await report.StageAsync(
            $"download {source.Name}, {source.DownloadBytes / 1048576.0:F1} MiB",
            progress => installation.DownloadAsync(mirror, null, progress, report.Notices, cancellation));
        report.Stage("unpack", progress =>
        {
            installation.Unpack(keepArchives, progress, cancellation);
            return true;
        });
        report.Line($"{source.Name} is in {folder}.");
        return 0;
    }

    /// <summary>A built-in set is there, so all is well; one that only its owners hand out is not what was asked for.</summary>
    private static int Explain(DatasetSource source)
    {
        if (source.Instructions is { } instructions) throw new ArgumentException(instructions);
        new Report(null).Line($"{source.Name} is built in; nothing to do.");
        return 0;
    }
}
