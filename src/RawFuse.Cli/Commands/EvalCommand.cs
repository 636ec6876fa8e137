using System.CommandLine;
using RawFuse.Cli.Data;
using RawFuse.Cli.Output;
using RawFuse.Datasets;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Models;
using Spectre.Console;

namespace RawFuse.Cli.Commands;

/// <summary><c>rawfuse eval</c>: accuracies of a base model on chips, without and with a generator.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var basePath = new Option<string>("--base") { Description = "Base model.", Required = true, HelpName = "file" };
        var fusePath = new Option<string?>("--fuse") { Description = "Generator to put in front.", HelpName = "file" };
        Option<string> data = CommonOptions.Data();
        Option<string?> folder = CommonOptions.DataFolder();
        Option<double> ber = CommonOptions.BitErrorRate(0.01);
        Option<SramMapping> mapping = CommonOptions.Mapping(SramMapping.Ibm);
        Option<FaultModel> model = CommonOptions.FaultModelOption();
        Option<int> chips = CommonOptions.Number("--chips", "Chips to evaluate on, seeds 50000 and up.", 10, 1, 100_000);
        var bits = new Option<int?>("--bits") { Description = "Bits of a quantized weight, 2 to 8 (else what the file says, else 8).", HelpName = "number" };
        Option<int> batch = CommonOptions.Number("--batch", "Images per pass.", 50, 1, 65_536);
        Option<int?> limit = CommonOptions.Limit("--test-images", "Use the first so many test images only.");
        var architecture = new Option<string?>("--arch") { Description = "Architecture of a base file that does not name it." };
        var generator = new Option<string?>("--generator") { Description = "Generator of a file that does not name it." };
        Option<int?> classes = CommonOptions.Limit("--classes", "Classes of a base file that does not say.");
        Option<int> threads = CommonOptions.Threads();
        Option<string?> json = CommonOptions.Json();
        var command = new Command("eval", "Measure clean and perturbed accuracy, without and with a generator.")
        {
            basePath, fusePath, data, folder, ber, mapping, model, chips, bits, batch, limit, architecture, generator, classes, threads, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var report = new Report(parsed.GetValue(json));
            if (parsed.GetValue(bits) is < 2 or > 8) throw new ArgumentException($"Option '--bits' is {parsed.GetValue(bits)}, expected 2 to 8.");
            using var device = new CpuDevice(parsed.GetValue(threads));
            ImageSet images = ImageSources.Test(parsed.GetValue(data)!, parsed.GetValue(folder), parsed.GetValue(limit));
            using FrozenNetwork network = FrozenModels.LoadBase(
                parsed.GetRequiredValue(basePath), device, new ModelHints(parsed.GetValue(architecture), parsed.GetValue(classes), parsed.GetValue(bits)), images);
            using FrozenNetwork? fuse = parsed.GetValue(fusePath) is { } path
                ? FrozenModels.LoadFuse(path, device, new ModelHints(parsed.GetValue(generator), null, parsed.GetValue(bits)))
                : null;
            var population = new ChipPopulation(parsed.GetValue(ber), parsed.GetValue(model), parsed.GetValue(mapping));
            (EvaluationResult result, double _) = report.Stage($"evaluate {network.Definition.Name} on {parsed.GetValue(chips)} chips", progress =>
                Evaluator.Evaluate(
                    network, fuse, LoaderSource.ForTest(images, parsed.GetValue(batch)), population, Evaluator.Chips(parsed.GetValue(chips)), progress, cancellation));
            report.Console.Write(AccuracyTable.Of(result));
            report.Json(
                new EvalJson(
                    result.Base.Clean, PerturbedJson.Of(result.Base.Perturbed), result.WithFuse is null ? null : AccuracyJson.Of(result.WithFuse), result.Recovery,
                    population.BitErrorRate, CommonOptions.NameOf(population.Mapping), CommonOptions.NameOf(population.Model), network.WeightBits, result.Chips,
                    result.Images),
                JsonModels.Default.EvalJson);
            return Task.FromResult(0);
        });
        return command;
    }
}
