using System.CommandLine;
using RawFuse.Cli.Data;
using RawFuse.Cli.Output;
using RawFuse.Datasets;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Models;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse train base</c> and <c>rawfuse train fuse</c>.</summary>
internal static class TrainCommand
{
    public static Command Create() => new("train", "Train a base model or a generator.") { CreateBase(), CreateFuse() };

    private static Command CreateBase()
    {
        var architecture = new Option<string>("--arch")
        {
            Description = $"Base model: {string.Join(", ", BaseModel.Names)}.",
            DefaultValueFactory = _ => "vgg6",
            HelpName = "name",
        };
        var output = new Option<string>("--out") { Description = "File to write.", Required = true, HelpName = "file" };
        ChoiceOption<string> data = CommonOptions.Data();
        Option<string?> folder = CommonOptions.DataFolder();
        Option<int> epochs = CommonOptions.Number("--epochs", "Passes over the training images.", 10, 1, 100_000);
        Option<int> batch = CommonOptions.Number("--batch", "Images per step.", 128, 2, 65_536);
        var training = new TrainingOptions("Highest learning rate.", 0.05, RateSchedules.OneCycle);
        Option<double> decay = CommonOptions.Real("--weight-decay", "L2 penalty.", 5e-4, 0, 10);
        var optimizer = new ChoiceOption<QatOptimizer>(
            "--optimizer", "sgd (with Nesterov momentum 0.9) or adam.", ("sgd", QatOptimizer.Sgd), ("adam", QatOptimizer.Adam));
        Option<double> smoothing = CommonOptions.Real("--label-smoothing", "Share of the target that all classes have in common.", 0, 0, 1);
        Option<int> bits = CommonOptions.Number("--bits", "Bits of a quantized weight.", 8, 2, 8);
        Option<int?> limit = CommonOptions.Optional("--train-images", "Train on the first so many images only.", 1, int.MaxValue);
        Option<long> seed = CommonOptions.Seed();
        var command = new Command("base", "Train a classifier with quantization-aware training.")
        {
            architecture, output, data, folder, epochs, batch, decay, optimizer, smoothing, bits, limit, seed,
        };
        training.AddTo(command);
        var augmenting = new AugmentationOptions(command);
        var computing = new DeviceOptions(command);
        command.SetAction((parsed, cancellation) =>
        {
            var report = new Report(null);
            string name = data.ValueIn(parsed);
            string path = OutputFile.Check(parsed.GetRequiredValue(output), training.StartFrom(parsed));
            LearningRate rate = training.Rate(parsed);
            using Device device = computing.Open(parsed);
            ulong random = (ulong)parsed.GetValue(seed);
            (ImageSet images, ImageSet? heldOut) = training.Split(parsed, ImageSources.Train(name, parsed.GetValue(folder), parsed.GetValue(limit), cancellation), random);
            ImageSet test = ImageSources.Test(name, parsed.GetValue(folder), null, cancellation);
            NetworkDefinition definition = BaseModel.Define(parsed.GetValue(architecture)!, images.Classes, images.Height);
            using Network network = training.Start(parsed, ModelKind.Base, definition, images.Classes, device, random);
            LoaderSource source = LoaderSource.ForTraining(augmenting.For(parsed, name), images, parsed.GetValue(batch), random);
            var options = new QatOptions(
                parsed.GetValue(epochs), rate, optimizer.ValueIn(parsed), (float)parsed.GetValue(decay), parsed.GetValue(bits),
                (float)parsed.GetValue(smoothing));
            (_, double seconds) = report.Stage($"train {definition.Name} on {name}", progress =>
            {
                QatTrainer.Train(network, source, options, Report.Of(progress), report.Notices, training.Run(parsed, heldOut, path), cancellation);
                return true;
            });
            using FrozenNetwork frozen = FrozenNetwork.From(network, options.WeightBits);
            double accuracy = Evaluator.CleanAccuracy(frozen, LoaderSource.ForTest(test, 100), cancellation);
            ModelFile.Save(network, new ModelInfo(ModelKind.Base, definition.Name, images.Classes, images.Height, options.WeightBits, name), path);
            report.Line(
                $"{definition.Name}: {accuracy:F2}% of {test.Count} test images right, {options.WeightBits}-bit weights; {seconds:F1} s; written to {path}");
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command CreateFuse()
    {
        var bases = new Option<string[]>("--base")
        {
            Description = "Base model to protect; give several to train for all of them.",
            Required = true,
            HelpName = "file",
            AllowMultipleArgumentsPerToken = true,
        };
        var generator = new Option<string>("--generator")
        {
            Description = $"Generator: {string.Join(", ", Generator.Names)}.",
            DefaultValueFactory = _ => "ConvL",
            HelpName = "name",
        };
        var output = new Option<string>("--out") { Description = "File to write.", Required = true, HelpName = "file" };
        ChoiceOption<string> data = CommonOptions.DataOfModel();
        Option<string?> folder = CommonOptions.DataFolder();
        var chips = new ChipOptions(standardRate: 0.01);
        var hints = new ModelOptions();
        Option<double> lambda = CommonOptions.Real("--lambda", "Weight of the chips' loss against the clean loss.", 5, 0, 1e6);
        Option<int> count = CommonOptions.Number("--chips", "Chips drawn for every mini-batch.", 10, 1, 1000);
        Option<int> epochs = CommonOptions.Number("--epochs", "Passes over the training images.", 1, 1, 100_000);
        Option<int> batch = CommonOptions.Number("--batch", "Images per step.", 25, 2, 65_536);
        var training = new TrainingOptions("Learning rate of Adam, the first or the highest.", 1e-3, RateSchedules.Staircase);
        var start = new Option<bool>("--start-at-identity") { Description = "Begin with F(x) = x instead of noise, which helps short trainings." };
        var shared = new Option<bool>("--share-batch") { Description = "Share a mini-batch out among the clean model and the chips, so that every image meets one of them: a step costs one pass through the base model." };
        Option<int> perPass = CommonOptions.Number("--sets-per-pass", "Models that run through the base together, to bound memory; 0 for all.", 0, 0, 1001);
        Option<int?> limit = CommonOptions.Optional("--train-images", "Train on the first so many images only.", 1, int.MaxValue);
        Option<long> seed = CommonOptions.Seed();
        var command = new Command("fuse", "Train a NeuralFuse generator for frozen base models (EOPM).")
        {
            bases, generator, output, data, folder, lambda, count, epochs, batch, start, shared, perPass, limit, seed,
        };
        training.AddTo(command);
        chips.AddTo(command);
        hints.AddTo(command, readsFuse: false);
        var augmenting = new AugmentationOptions(command);
        var computing = new DeviceOptions(command);
        command.SetAction((parsed, cancellation) =>
        {
            var report = new Report(null);
            string path = OutputFile.Check(parsed.GetRequiredValue(output), [training.StartFrom(parsed), .. parsed.GetRequiredValue(bases)]);
            ChipPopulation population = chips.Population(parsed);
            if (parsed.GetValue(start) && training.StartFrom(parsed) is not null) throw new ArgumentException($"Options '{start.Name}' and '--start-from' exclude each other.");
            int bits = hints.Bits(parsed) ?? 8, inStep = parsed.GetValue(batch), chipsInStep = parsed.GetValue(count);
            if (parsed.GetValue(shared) && inStep % (1 + chipsInStep) != 0)
                throw new ArgumentException($"Option '{shared.Name}' needs a '{batch.Name}' that is a multiple of 1 + '{count.Name}'; {inStep} is none of {1 + chipsInStep}.");
            LearningRate rate = training.Rate(parsed);
            using Device device = computing.Open(parsed);
            var models = new List<FrozenNetwork>();
            try
            {
                string[] files = parsed.GetRequiredValue(bases);
                string name = data.ValueIn(parsed);
                foreach (string file in files)
                {
                    (FrozenNetwork model, string dataset) = hints.LoadBase(parsed, file, device);
                    models.Add(model);
                    if (models.Count == 1 && !data.IsGivenIn(parsed)) name = ImageSources.NameFor(dataset);
                }

                ulong random = (ulong)parsed.GetValue(seed);
                (ImageSet images, ImageSet? heldOut) = training.Split(parsed, ImageSources.Train(name, parsed.GetValue(folder), parsed.GetValue(limit), cancellation), random);
                for (int i = 0; i < files.Length; i++) ImageSources.RequireClasses(models[i], files[i], images);
                NetworkDefinition definition = Generator.Define(parsed.GetValue(generator)!, images.Height);
                using Network network = training.Start(parsed, ModelKind.Fuse, definition, images.Classes, device, random);
                if (parsed.GetValue(start)) GeneratorStart.AtIdentity(network);
                LoaderSource source = LoaderSource.ForTraining(augmenting.For(parsed, name), images, inStep, random);
                var options = new EopmOptions(
                    population, chipsInStep, (float)parsed.GetValue(lambda), rate, WeightBits: bits,
                    SetsPerPass: parsed.GetValue(perPass), SharesBatch: parsed.GetValue(shared));
                string protectedModels = string.Join(", ", models.Select(one => one.Definition.Name));
                (_, double seconds) = report.Stage($"train {definition.Name} for {protectedModels} on {name}", progress =>
                {
                    EopmTrainer.Train(network, models, source, options, parsed.GetValue(epochs), random, Report.Of(progress), report.Notices, training.Run(parsed, heldOut, path), cancellation);
                    return true;
                });
                ModelFile.Save(network, new ModelInfo(ModelKind.Fuse, definition.Name, images.Classes, images.Height, options.WeightBits, name), path);
                report.Line($"{definition.Name}: trained in {seconds:F1} s; written to {path}");
            }
            finally
            {
                foreach (FrozenNetwork frozen in models) frozen.Dispose();
            }

            return Task.FromResult(0);
        });
        return command;
    }
}
