using System.Diagnostics;
using System.Text.Json;
using RawFuse.Cli.Data;
using RawFuse.Cli.Output;
using RawFuse.Datasets;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Energy;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Models;
using RawFuse.NeuralFuse.Training;
using RawFuse.Serialization;
using Spectre.Console;

namespace RawFuse.Cli.Commands;

/// <summary>The stages of the demo, one after another.</summary>
internal sealed class DemoRun(Device device, Report report, string folder, ulong seed, CancellationToken cancellation)
{
    // Chosen so that everything together takes about a minute and a half on two cores. The small model stands more faults than the paper's large ones:
    // 3.5% of its memory cells must fail before it loses a third of its answers.
    private const string BaseName = "vgg6";
    private const string GeneratorName = "UNetS";
    private const double BitErrorRate = 0.035;
    private const int TrainImages = 6000;
    private const int TestImages = 1000;
    private const int EvaluationChips = 10;
    private const int BaseBatch = 64;
    private const int FuseBatch = 50;
    private const int FuseEpochs = 4;
    private static readonly QatOptions BaseTraining = new(Epochs: 5, new OneCycleRate(0.004f), QatOptimizer.Adam);

    private readonly Dictionary<string, double> stages = [];

    public void Run()
    {
        long start = Stopwatch.GetTimestamp();
        PrepareFolder();
        report.Console.MarkupLine($"[bold]RawFuse demo[/] on {device.Name.EscapeMarkup()}: synthetic road signs, {BaseName}, {GeneratorName}, bit error rate {BitErrorRate:P1}");

        (ImageSet train, ImageSet test) = Stage("render road signs", _ => (SyntheticSigns.Train(TrainImages, seed), SyntheticSigns.Test(TestImages, seed)));
        var population = new ChipPopulation(BitErrorRate);
        using var network = new Network(BaseModel.Define(BaseName, train.Classes), device, seed);
        Stage("train the base model, 8-bit weights", progress =>
        {
            QatTrainer.Train(network, Training(train, BaseBatch, Augmentation.None), BaseTraining, Report.Of(progress), cancellationToken: cancellation);
            return true;
        });
        using FrozenNetwork model = FrozenNetwork.From(network);

        using var generator = new Network(Generator.Define(GeneratorName), device, seed + 1);
        GeneratorStart.AtIdentity(generator);
        Stage("train the generator on random chips (EOPM)", progress =>
        {
            // 480 steps instead of the paper's 300,000: a high rate that falls fast, and few chips a step.
            var options = new EopmOptions(population, Chips: 2, Rate: new StaircaseRate(0.02f, Factor: 0.9f, Every: 20));
            EopmTrainer.Train(generator, [model], Training(train, FuseBatch, Augmentation.Signs), options, FuseEpochs, seed, Report.Of(progress), report.Notices, cancellationToken: cancellation);
            return true;
        });
        using FrozenNetwork fuse = FrozenNetwork.From(generator);

        EvaluationResult result = Stage($"evaluate on {EvaluationChips} chips never seen in training", progress =>
            Evaluator.Evaluate(model, fuse, LoaderSource.ForTest(test, 50), population, Evaluator.Chips(EvaluationChips), progress, cancellation));
        (EnergySaving accesses, EnergySaving macs) = Energy();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        DemoJson document = Document(result, accesses, macs, seconds);
        ModelFile.Save(network, new ModelInfo(ModelKind.Base, BaseName, train.Classes, train.Height, 8, "signs"), Path.Combine(folder, "base.safetensors"));
        ModelFile.Save(generator, new ModelInfo(ModelKind.Fuse, GeneratorName, train.Classes, train.Height, 8, "signs"), Path.Combine(folder, "fuse.safetensors"));
        AtomicFile.WriteAllText(Path.Combine(folder, "results.json"), JsonSerializer.Serialize(document, JsonModels.Default.DemoJson) + "\n");
        Print(result, accesses, macs, seconds);
        report.Json(() => document, JsonModels.Default.DemoJson);
    }

    private static (EnergySaving Accesses, EnergySaving Macs) Energy()
    {
        NetworkCost Cost(NetworkDefinition definition) => NetworkCost.Of(definition, CountingConvention.Paper, SystolicArray.Paper, Dataflow.OutputStationary);
        NetworkCost model = Cost(BaseModel.Define(BaseName, SyntheticSigns.ClassNames.Count)), generator = Cost(Generator.Define(GeneratorName));
        OperatingPoint point = OperatingPoint.ForBer(BitErrorRate);
        return (EnergySaving.FromAccesses(model.Ledger, generator.Ledger, point), EnergySaving.FromPrintedMacs(model.PrintedMacs, generator.PrintedMacs, point));
    }

    private void PrepareFolder()
    {
        if (File.Exists(folder)) throw new ArgumentException($"'{folder}' is a file; expected a folder for the results.");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"'{folder}' cannot be made: {exception.Message}");
        }
    }

    private T Stage<T>(string name, Func<IProgress<double>, T> work)
    {
        cancellation.ThrowIfCancellationRequested();
        (T result, double seconds) = report.Stage(name, work);
        stages.Add(name, seconds);
        return result;
    }

    private LoaderSource Training(ImageSet images, int batch, Augmentation augmentation) => new(new BatchLoader(images, batch, seed, augmentation, dropLast: true));

    private DemoJson Document(EvaluationResult result, EnergySaving accesses, EnergySaving macs, double seconds) =>
        new(
            result.Base.Clean, PerturbedJson.Of(result.Base.Perturbed), AccuracyJson.Of(result.WithFuse!), result.Recovery, BitErrorRate,
            FaultNames.Of(FaultNames.Mappings, SramMapping.Physical), FaultNames.Of(FaultNames.Models, FaultModel.StuckAt),
            FaultNames.Of(FaultNames.Cells, WeightCells.Packed), 8, result.Chips, result.Images, accesses.Percent, macs.Percent, seconds, stages,
            BaseName, GeneratorName, seed);

    private void Print(EvaluationResult result, EnergySaving accesses, EnergySaving macs, double seconds)
    {
        report.Console.Write(AccuracyTable.Of(result));
        report.Line($"energy saving: {accesses.Percent:F1}% by SRAM accesses, {macs.Percent:F1}% by MACs");
        report.Line(accesses.Sentence);
        Table time = new Table().Border(TableBorder.Simple).AddColumn("where the time went").AddColumn("seconds", column => column.RightAligned());
        foreach ((string name, double spent) in stages) time.AddRow(name.EscapeMarkup(), $"{spent:F1}");
        time.AddRow("all", $"{seconds:F1}");
        report.Console.Write(time);
        report.Line($"models and results: {folder}");
    }
}
