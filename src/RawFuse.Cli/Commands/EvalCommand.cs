using System.CommandLine;
using System.Globalization;
using RawFuse.Cli.Data;
using RawFuse.Cli.Output;
using RawFuse.Datasets;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Faults;
using Spectre.Console;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse eval</c>: accuracies of a base model on chips, without and with a generator.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var basePath = new Option<string>("--base") { Description = "Base model.", Required = true, HelpName = "file" };
        var fusePath = new Option<string?>("--fuse") { Description = "Generator to put in front.", HelpName = "file" };
        ChoiceOption<string> data = CommonOptions.DataOfModel();
        Option<string?> folder = CommonOptions.DataFolder();
        var chipCount = new ChipCountOptions();
        Option<long> first = CommonOptions.Number("--first-chip", "Seed of the first chip; the others follow.", (long)Evaluator.FirstChip, 0, long.MaxValue);
        var chips = new ChipOptions(standardRate: 0.01);
        var models = new ModelOptions();
        var int8 = new Int8Options("training images");
        Option<int> batch = CommonOptions.Batch();
        Option<int?> limit = CommonOptions.Optional("--test-images", "Use the first so many test images only.", 1, int.MaxValue);
        Option<string?> json = CommonOptions.Json();
        var command = new Command("eval", "Measure clean and perturbed accuracy, without and with a generator.")
        {
            basePath, fusePath, data, folder, first, batch, limit, json,
        };
        chipCount.AddTo(command);
        chips.AddTo(command);
        models.AddTo(command);
        int8.AddTo(command);
        var computing = new DeviceOptions(command);
        command.SetAction((parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(basePath);
            string? generator = parsed.GetValue(fusePath);
            var report = new Report(parsed.GetValue(json), path, generator);
            ChipPopulation population = chips.Population(parsed);
            int? calibration = int8.Images(parsed);

            (int most, double? halfWidth) = chipCount.ValueIn(parsed);
            ulong[] seeds = [.. Enumerable.Range(0, population.IsOneChip ? 1 : most).Select(i => (ulong)parsed.GetValue(first) + (ulong)i)];
            using Device device = computing.Open(parsed);
            (FrozenNetwork loaded, string dataset) = models.LoadBase(parsed, path, device);
            using FrozenNetwork network = loaded;
            using FrozenNetwork? fuse = generator is null ? null : models.LoadFuse(parsed, generator, device);
            string name = data.IsGivenIn(parsed) ? data.ValueIn(parsed) : ImageSources.NameFor(dataset);
            ImageSet images = ImageSources.Test(name, parsed.GetValue(folder), parsed.GetValue(limit), cancellation);
            ImageSources.RequireClasses(network, path, images);
            if (calibration is { } calibrating)
            {
                ImageSet training = ImageSources.Train(name, parsed.GetValue(folder), calibrating, cancellation);
                calibration = report.Stage($"find the ranges of {network.Definition.Name}'s activations", _ =>
                    Int8Calibration.Apply(network, fuse, LoaderSource.ForTest(training, parsed.GetValue(batch)), cancellation)).Result;
            }

            var source = LoaderSource.ForTest(images, parsed.GetValue(batch));
            (EvaluationResult result, double _) = halfWidth is { } wanted
                ? report.Stage(string.Create(CultureInfo.InvariantCulture, $"evaluate {network.Definition.Name} until ± {wanted} points"), progress =>
                    Evaluator.EvaluateUntil(network, fuse, source, population, seeds, wanted, progress, cancellation))
                : report.Stage($"evaluate {network.Definition.Name} on {seeds.Length} chips", progress =>
                    Evaluator.Evaluate(network, fuse, source, population, seeds, progress, cancellation));
            report.Console.Write(AccuracyTable.Of(result, network.IsInt8));
            report.Json(
                () =>
                {
                    (double cellBer, double flipRate) = Evaluator.RatesOf(network, population, result.Chips, cancellation);
                    return new EvalJson(
                        result.Base.Clean, PerturbedJson.Of(result.Base.Perturbed), result.WithFuse is null ? null : AccuracyJson.Of(result.WithFuse),
                        result.Recovery, result.RecoveryPerChip is { } each ? PerturbedJson.Of(each) : null, population.BitErrorRate, cellBer, flipRate, FaultNames.Of(FaultNames.Mappings, population.Mapping),
                        FaultNames.Of(FaultNames.Models, population.Model), FaultNames.Of(FaultNames.Cells, population.Any.Cells), network.WeightBits,
                        FaultOptionsJson.Of(population.Any, chips.MapFiles(parsed)), result.Chips, result.Images, parsed.GetValue(batch),
                        calibration is { } count8 ? new Int8Json(count8) : null);
                },
                JsonModels.Default.EvalJson);
            return Task.FromResult(0);
        });
        return command;
    }
}
