using System.CommandLine;
using RawFuse.Cli.Data;
using RawFuse.Datasets;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Models;
using RawFuse.NeuralFuse.Training;
using RawFuse.NeuralFuse.Training.Checkpoints;
using RawFuse.Serialization;

namespace RawFuse.Cli.Commands;

/// <summary>The options that <c>train base</c> and <c>train fuse</c> share: how the rate changes, what is averaged and judged, and where a training is kept.</summary>
internal sealed class TrainingOptions
{
    private const string HoldOutName = "--hold-out", PatienceName = "--patience", WarmupName = "--warmup", ScheduleName = "--schedule";

    private readonly ChoiceOption<string> schedule;

    private readonly Option<double> rate;

    private readonly Option<double?> warmup = CommonOptions.Optional(WarmupName, "Share of the steps in which the rate rises (one-cycle 0.2, cosine 0 unless said).", 0.0, 0.99);

    private readonly Option<string?> startFrom = new("--start-from") { Description = "Begin with the weights of this file instead of random ones.", HelpName = "file" };

    private readonly Option<double> average = CommonOptions.Real("--ema", "Decay of an exponential moving average of the weights, which is then the result; 0 for none.", 0, 0, 0.999999);

    private readonly Option<int?> holdOut = CommonOptions.Optional(
        HoldOutName, "Training images to put aside and judge each epoch by; the best epoch is the result.", 1, int.MaxValue);

    private readonly Option<int> patience = CommonOptions.Number(PatienceName, $"With '{HoldOutName}': epochs without a better result that end training; 0 for never.", 0, 0, 100_000);

    private readonly Option<string?> checkpoints = new("--checkpoints")
    {
        Description = "Keep the state of training in this folder, to go on after an interruption (with --resume: OUT.checkpoints unless said).",
        HelpName = "folder",
    };

    private readonly Option<int> every = CommonOptions.Number("--checkpoint-every", "Steps between two checkpoints.", 500, 1, int.MaxValue);

    private readonly Option<int> keep = CommonOptions.Number("--keep", "How many of the latest checkpoints stay.", 2, 1, 1_000_000);

    private readonly Option<bool> resume = new("--resume") { Description = "Go on from the latest checkpoint, or begin where there is none." };

    /// <summary>Makes the options.</summary>
    /// <param name="rateDescription">What the rate is.</param>
    /// <param name="rateStandard">The rate unless said.</param>
    /// <param name="scheduleStandard">How it changes unless said.</param>
    public TrainingOptions(string rateDescription, double rateStandard, string scheduleStandard)
    {
        rate = CommonOptions.Real("--lr", rateDescription, rateStandard, 1e-9, 100);
        schedule = new(
            ScheduleName, "How the rate changes: one-cycle rises, then falls along half a cosine to 0; cosine only falls; staircase loses 4% every 500 steps; constant.",
            [.. RateSchedules.Names.OrderByDescending(name => name == scheduleStandard).Select(name => (name, name))]);
    }

    /// <summary>Makes the options part of a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (ReadOnlySpan<Option>)[startFrom, rate, schedule, warmup, average, holdOut, patience, checkpoints, every, keep, resume]) command.Options.Add(option);
    }

    /// <summary>The file to begin with; null for none.</summary>
    public string? StartFrom(ParseResult parsed) => parsed.GetValue(startFrom);

    /// <summary>Makes the network to train, with random weights or those of a file.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="definition">Its layers.</param>
    /// <param name="classes">Classes of the images.</param>
    /// <param name="device">Where it lives.</param>
    /// <param name="seed">Of random weights.</param>
    /// <exception cref="FileFormatException">The file is damaged or holds another network.</exception>
    public Network Start(ParseResult parsed, ModelKind kind, NetworkDefinition definition, int classes, Device device, ulong seed) => StartFrom(parsed) is { } file
        ? ModelFile.Load(file, kind, device, new ModelHints(definition.Name, kind == ModelKind.Base ? classes : null, Bits: null, definition.Input.Height)).Network
        : new Network(definition, device, seed);

    /// <summary>The learning rate.</summary>
    /// <exception cref="ArgumentException">A warm-up is given for a schedule that has none.</exception>
    public LearningRate Rate(ParseResult parsed)
    {
        string name = schedule.ValueIn(parsed);
        if (warmup.IsGivenIn(parsed) && name is not (RateSchedules.OneCycle or RateSchedules.Cosine))
            throw new ArgumentException($"Option '{WarmupName}' needs '{ScheduleName} {RateSchedules.OneCycle}' or '{RateSchedules.Cosine}'.");
        return RateSchedules.Make(name, (float)parsed.GetValue(rate), (float?)parsed.GetValue(warmup));
    }

    /// <summary>Puts the held-out images aside.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="images">The training images.</param>
    /// <param name="seed">Decides which.</param>
    /// <returns>Those to train on, and the others; null where all are trained on.</returns>
    /// <exception cref="ArgumentException">There are not so many images.</exception>
    public (ImageSet Training, ImageSet? HeldOut) Split(ParseResult parsed, ImageSet images, ulong seed)
    {
        if (parsed.GetValue(holdOut) is not { } count)
            return patience.IsGivenIn(parsed) ? throw new ArgumentException($"Option '{PatienceName}' needs '{HoldOutName}'.") : (images, null);
        if (count >= images.Count) throw new ArgumentException($"Option '{HoldOutName}' is {count}; there are {images.Count} training images, and some must stay to train on.");
        return images.Split(count, seed);
    }

    /// <summary>How training is conducted.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="heldOut">Images put aside, or null.</param>
    /// <param name="output">The model file, after which the folder of checkpoints is named unless it is given.</param>
    public TrainingRun Run(ParseResult parsed, ImageSet? heldOut, string output)
    {
        bool isKept = parsed.GetValue(resume) || checkpoints.IsGivenIn(parsed) || every.IsGivenIn(parsed) || keep.IsGivenIn(parsed);
        return new TrainingRun(
            isKept ? new CheckpointOptions(parsed.GetValue(checkpoints) ?? output + ".checkpoints", parsed.GetValue(every), parsed.GetValue(keep), parsed.GetValue(resume)) : null,
            heldOut is null ? null : new HeldOut(LoaderSource.ForTest(heldOut, batch: 100), parsed.GetValue(patience)), parsed.GetValue(average));
    }
}
