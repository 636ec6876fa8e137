using System.CommandLine;
using RawFuse.Cli.Data;
using RawFuse.Cli.Output;
using RawFuse.Datasets;
using RawFuse.Serialization;
using Spectre.Console;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse data show</c>: a picture of a data set's images.</summary>
internal static class DataShowCommand
{
    public static Command Create()
    {
        Argument<string> name = DataCommand.Name(ImageSources.Names);
        Option<string?> folder = CommonOptions.DataFolder();
        var split = new ChoiceOption<bool>("--split", "Which images.", ("train", true), ("test", false));
        Option<int> count = CommonOptions.Number("--count", "How many images, drawn at random.", 64, 1, 1024);
        Option<long> seed = CommonOptions.Seed();
        var output = new Option<string>("--out") { Description = "PNG file to write.", Required = true, HelpName = "file" };
        var augmented = new Option<bool>("--augmented") { Description = "Show the images as training does: shifted, mirrored and so on, at random." };
        var command = new Command("show", "Write a sheet of a data set's images, and tell their classes.") { name, folder, split, count, seed, output, augmented };
        command.SetAction((parsed, cancellation) =>
        {
            string path = OutputFile.Check(parsed.GetRequiredValue(output));
            var report = new Report(null);
            string set = parsed.GetRequiredValue(name);
            ImageSet images = split.ValueIn(parsed) ? ImageSources.Train(set, parsed.GetValue(folder), null) : ImageSources.Test(set, parsed.GetValue(folder), null);
            Augmentation augmentation = parsed.GetValue(augmented) ? ImageSources.AugmentationFor(set) : Augmentation.None;
            var sheet = ContactSheet.Of(images, parsed.GetValue(count), (ulong)parsed.GetValue(seed), augmentation);
            cancellation.ThrowIfCancellationRequested();
            AtomicFile.Write(path, sheet.WritePng);
            report.Console.Write(ClassTable(sheet, images));
            report.Line($"{sheet.Labels.Length} of {images.Count} images of {images.Name}; written to {path}");
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>A line for each row of the sheet.</summary>
    private static Table ClassTable(ContactSheet sheet, ImageSet images)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("row", "classes from left to right");
        foreach ((int row, int[] labels) in sheet.Labels.Chunk(sheet.Columns).Index())
            table.AddRow($"{row + 1}", string.Join(" | ", labels.Select(label => $"{label} {images.ClassNames[label]}")).EscapeMarkup());
        return table;
    }
}
