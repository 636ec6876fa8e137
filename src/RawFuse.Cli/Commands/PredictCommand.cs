using System.CommandLine;
using RawFuse.Cli.Output;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse predict</c>: images from an npy file through a generator, a base model or both.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var basePath = new Option<string?>("--base") { Description = "Base model: the output is its logits [N, classes].", HelpName = "file" };
        var fusePath = new Option<string?>("--fuse")
        {
            Description = "Generator to put in front; without --base the output is the transformed images F(x), [N, H, W, 3].",
            HelpName = "file",
        };
        Option<ulong?> seed = ChipOptions.Seed("Seed of the chip whose faulty memory holds the base model's weights; needs --ber.");
        var chips = new ChipOptions(standardRate: null);
        var models = new ModelOptions();
        var int8 = new Int8Options("of the images themselves");
        var input = new Option<string>("--input")
        {
            Description = "Images: npy of float32 (or float64), [N, H, W, 3] with values in [-1, 1], in C order.",
            Required = true,
            HelpName = "x.npy",
        };
        var output = new Option<string>("--output") { Description = "Where the results go: npy of float32.", Required = true, HelpName = "y.npy" };
        Option<int> batch = CommonOptions.Batch();
        var command = new Command("predict", "Run images from a file through a model, on clean or on faulty weights.")
        {
            basePath, fusePath, seed, input, output, batch,
        };
        chips.AddTo(command);
        models.AddTo(command);
        int8.AddTo(command);
        var computing = new DeviceOptions(command);
        command.SetAction((parsed, cancellation) =>
        {
            string? classifier = parsed.GetValue(basePath), generator = parsed.GetValue(fusePath);
            string images = parsed.GetRequiredValue(input);
            if (classifier is null && generator is null) throw new ArgumentException("Name a model with '--base', a generator with '--fuse', or both.");
            string path = OutputFile.Check(parsed.GetRequiredValue(output), images, classifier, generator);
            Chip? chip = chips.ChipFor(parsed, parsed.GetValue(seed));
            if (chip is not null && classifier is null) throw new ArgumentException("A chip needs '--base': generators run without faults.");
            int? calibration = int8.Images(parsed);
            if (calibration is not null && classifier is null) throw new ArgumentException("'--int8' needs '--base': generators stay on floats.");
            var report = new Report(null);
            using Device device = computing.Open(parsed);
            using FrozenNetwork? network = classifier is null ? null : models.LoadBase(parsed, classifier, device).Network;
            using FrozenNetwork? fuse = generator is null ? null : models.LoadFuse(parsed, generator, device);
            int[] shape = new PredictRun(device, fuse, network, chip, parsed.GetValue(batch), calibration).Write(images, path, report, cancellation);
            report.Line($"[{string.Join(", ", shape)}] written to {path}");
            return Task.FromResult(0);
        });
        return command;
    }
}
