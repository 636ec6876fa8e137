using System.CommandLine;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Profiling;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse profile</c>: where the time of an inference or of a training step goes, kernel by kernel, against what the machine can do.</summary>
internal static class ProfileCommand
{
    public static Command Create() =>
        new("profile", "Show where time goes, kernel by kernel, and how near each comes to this machine's limits.")
        {
            CreateBase(), CreateFuse(), CreateEopm(), CreateQat(),
        };

    private static Command CreateBase()
    {
        Option<string?> file = BaseFile();
        Option<int> batch = Batch(standard: 25, least: 1);
        Option<bool> int8 = Int8Options.Switch();
        var models = new ModelOptions(takesNames: true);
        var profile = new ProfileOptions();
        var command = new Command("base", "Profile the inference of a base model.") { file, batch, int8 };
        models.AddTo(command, readsFuse: false);
        profile.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            string? path = parsed.GetValue(file);
            return profile.Run(
                parsed, [path], (device, _) => new InferenceWorkload(null, models.Base(parsed, path, device), parsed.GetValue(batch), parsed.GetValue(int8)), cancellation);
        });
        return command;
    }

    private static Command CreateFuse()
    {
        Option<string?> file = BaseFile();
        var fuseFile = new Option<string?>("--fuse") { Description = "Generator file (else --generator with random weights).", HelpName = "file" };
        Option<int> batch = Batch(standard: 25, least: 1);
        Option<bool> int8 = Int8Options.Switch();
        var models = new ModelOptions(takesNames: true);
        var profile = new ProfileOptions();
        var command = new Command("fuse", "Profile the inference of a base model behind a generator.") { file, fuseFile, batch, int8 };
        models.AddTo(command);
        profile.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            string? path = parsed.GetValue(file), fusePath = parsed.GetValue(fuseFile);
            return profile.Run(
                parsed, [path, fusePath],
                (device, _) =>
                {
                    FrozenNetwork model = models.Base(parsed, path, device);
                    return new InferenceWorkload(models.Fuse(parsed, fusePath, model), model, parsed.GetValue(batch), parsed.GetValue(int8));
                },
                cancellation);
        });
        return command;
    }

    private static Command CreateEopm()
    {
        Option<string?> file = BaseFile();
        Option<int> batch = Batch(standard: 25, least: 2);
        Option<int> count = CommonOptions.Number("--chips", "Chips drawn for every step.", 10, 1, 1000);
        Option<int> perPass = CommonOptions.Number("--sets-per-pass", "Models that run through the base together, to bound memory; 0 for all.", 0, 0, 1001);
        var chips = new ChipOptions(standardRate: 0.01);
        var models = new ModelOptions(takesNames: true);
        var profile = new ProfileOptions();
        var command = new Command("eopm", "Profile a step of generator training: gradients over clean and faulty base models, and Adam.")
        {
            file, batch, count, perPass,
        };
        chips.AddTo(command);
        models.AddTo(command);
        profile.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            string? path = parsed.GetValue(file);
            ChipPopulation population = chips.Population(parsed);
            var options = new EopmOptions(population, parsed.GetValue(count), WeightBits: models.Bits(parsed) ?? 8, SetsPerPass: parsed.GetValue(perPass));
            return profile.Run(
                parsed, [path, .. chips.MapFiles(parsed) ?? []],
                (device, report) =>
                {
                    FrozenNetwork model = models.Base(parsed, path, device);
                    return new EopmWorkload(models.FreshGenerator(parsed, model), model, options, parsed.GetValue(batch), report.Notices);
                },
                cancellation);
        });
        return command;
    }

    private static Command CreateQat()
    {
        Option<int> batch = Batch(standard: 128, least: 2);
        var optimizer = new ChoiceOption<QatOptimizer>(
            "--optimizer", "sgd (with Nesterov momentum 0.9) or adam.", ("sgd", QatOptimizer.Sgd), ("adam", QatOptimizer.Adam));
        var models = new ModelOptions(takesNames: true);
        var profile = new ProfileOptions();
        var command = new Command("qat", "Profile a step of quantization-aware base training.") { batch, optimizer };
        models.AddTo(command, readsFuse: false);
        profile.AddTo(command);
        command.SetAction((parsed, cancellation) => profile.Run(
            parsed, [],
            (device, _) => new QatWorkload(models.FreshBase(parsed, device), optimizer.ValueIn(parsed), models.Bits(parsed) ?? 8, parsed.GetValue(batch)),
            cancellation));
        return command;
    }

    private static Option<string?> BaseFile() => new("--base") { Description = "Base model file (else --arch with random weights).", HelpName = "file" };

    private static Option<int> Batch(int standard, int least) => CommonOptions.Number("--batch", "Images per run.", standard, least, 65_536);
}
