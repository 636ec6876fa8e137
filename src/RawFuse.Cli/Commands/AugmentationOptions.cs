using System.CommandLine;
using RawFuse.Cli.Data;
using RawFuse.Datasets;

namespace RawFuse.Cli.Commands;

/// <summary>How training images are varied.</summary>
internal sealed class AugmentationOptions
{
    private readonly ChoiceOption<bool> augment = new(
        "--augment", "Random geometry of training images: the data set's standard (crops and more), or none.", ("standard", true), ("none", false));

    private readonly Option<int> cutout =
        CommonOptions.Number("--cutout", "Side in pixels of a square at a random place of a training image that becomes grey; 0 for none.", 0, 0, 4096);

    /// <summary>Makes the options part of a command.</summary>
    public AugmentationOptions(Command command)
    {
        command.Options.Add(augment);
        command.Options.Add(cutout);
    }

    /// <summary>What the command line asks for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="name">The data set.</param>
    public Augmentation For(ParseResult parsed, string name) =>
        (augment.ValueIn(parsed) ? ImageSources.AugmentationFor(name) : Augmentation.None) with { Cutout = parsed.GetValue(cutout) };
}
