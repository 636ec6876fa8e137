using System.Text.Json;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Energy;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Models;
using RawFuse.NeuralFuse.Training;
using RawFuse.Serialization;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Reads plans. What a plan does not say is as in the paper, or as it stands for the commands <c>train</c> and <c>eval</c>.</summary>
public static class PlanReader
{
    private const int Most = int.MaxValue;

    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    /// <summary>Reads a plan and the headers of the model files that it names, relative to its own folder.</summary>
    /// <param name="path">The JSON file.</param>
    /// <param name="datasets">Names of data sets there are.</param>
    /// <exception cref="FileFormatException">The file cannot be read, is not JSON, or says what a plan cannot say; the message names the JSON path.</exception>
    public static CampaignPlan Read(string path, IEnumerable<string> datasets)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), Options);
            return new PlanValue(path, "$", document.RootElement).Object(plan => Plan(plan, datasets));
        }
        catch (JsonException exception)
        {
            throw new FileFormatException(path, $"is no JSON: {exception.Message}");
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException || (exception is IOException and not FileFormatException))
        {
            throw new FileFormatException(path, $"cannot be read: {exception.Message}");
        }
    }

    private static CampaignPlan Plan(PlanObject plan, IEnumerable<string> datasets)
    {
        string dataset = plan.Get("dataset").Choice(datasets);
        FaultSetting faults = plan.Get("faults", value => value.Object(Faults), new FaultSetting("stuck-at", "ibm", "low-bits"));
        EvaluationSetting evaluation = plan.Get("evaluation", value => value.Object(members => Evaluation(members, faults)), Standard);
        GeneratorTraining training = plan.Get("generatorTraining", value => value.Object(GeneratorTraining), new GeneratorTraining());
        IReadOnlyList<BaseJob> bases = Bases(plan.Get("bases"), dataset);
        IReadOnlyList<string> generators = plan.Get("generators", Generators, [.. Generator.Names]);
        return new CampaignPlan(dataset, training, faults, evaluation, plan.Get("grids").List(value => value.Object(members => Grid(members, bases, generators, training))));
    }

    private static FaultSetting Faults(PlanObject faults)
    {
        string model = faults.Get("model", value => value.Choice(FaultNames.Models.Select(one => one.Name)), "stuck-at");
        string mapping = faults.Get("mapping", value => value.Choice(FaultNames.Mappings.Select(one => one.Name)), "ibm");
        string cells = faults.Get("cells", value => value.Choice(FaultNames.Cells.Select(one => one.Name)), mapping == "physical" ? "packed" : "low-bits");
        var setting = new FaultSetting(model, mapping, cells);
        Check(faults.Value, () => setting.Population(0));
        return setting;
    }

    private static EvaluationSetting Standard { get; } = new(Chips: 10, Evaluator.FirstChip, Batch: 50);

    private static EvaluationSetting Evaluation(PlanObject evaluation, FaultSetting faults)
    {
        bool isAuto = evaluation.Find("chips") is { Element.ValueKind: JsonValueKind.String } auto && auto.Choice(["auto"]).Length > 0;
        int chips = isAuto ? EvaluationSetting.MostAutoChips : evaluation.Get("chips", value => value.Number(1, 100_000), Standard.Chips);
        double? halfWidth = evaluation.Find("ci")?.Real(0.01, 100);
        if (isAuto != halfWidth is not null) throw evaluation.Value.Error("'ci' and \"chips\": \"auto\" go together");
        var setting = new EvaluationSetting(
            chips, evaluation.Get("firstChip", value => value.Number(0UL, (ulong)long.MaxValue - 100_000), Standard.FirstChip),
            evaluation.Get("batch", value => value.Number(1, 65_536), Standard.Batch), halfWidth, evaluation.Find("testImages")?.Number(1, Most));
        Check(evaluation.Value, () => faults.Population(0)[setting.Seeds()[^1]].Seed);
        return setting;
    }

    private static GeneratorTraining GeneratorTraining(PlanObject training)
    {
        var standard = new GeneratorTraining();
        var setting = new GeneratorTraining(
            training.Get("epochs", value => value.Number(1, 100_000), standard.Epochs), training.Get("batch", value => value.Number(2, 65_536), standard.Batch),
            training.Get("rate", value => value.Real(1e-9, 100), standard.Rate), training.Get("schedule", Schedule, standard.Schedule),
            training.Find("warmup")?.Real(0, 0.99), training.Get("rateFactor", value => value.Real(1e-6, 1), standard.RateFactor),
            training.Get("rateEvery", value => value.Number(1, Most), standard.RateEvery), training.Get("shareBatch", value => value.Flag(), standard.ShareBatch), training.Get("startAtIdentity", value => value.Flag(), standard.StartAtIdentity),
            training.Find("trainImages")?.Number(1, Most));
        Check(training.Value, () => CampaignTrainer.RateOf(setting));
        return setting;
    }

    private static string Schedule(PlanValue value) => value.Choice(RateSchedules.Names);

    private static IReadOnlyList<BaseJob> Bases(PlanValue list, string dataset)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return list.List(value =>
        {
            BaseJob job = value.Object(members => Base(members, dataset));
            return names.Add(job.Name) ? job : throw value.Error($"has the name of another, '{job.Name}'; give it one of its own with 'name'");
        });
    }

    private static BaseJob Base(PlanObject members, string dataset)
    {
        string? architecture = members.Find("architecture")?.Choice(BaseModel.Names);
        string? name = members.Find("name")?.Text("a name");
        PlanValue? training = members.Find("training");
        if (members.Find("file") is { } file)
        {
            if (training is { } both) throw both.Error("does not go with 'file', a model that is trained already");
            return Base(file, name, architecture);
        }

        if (architecture is null) throw members.Value.Error("has neither 'architecture' nor 'file'");
        BaseTraining setting = training is { } given ? given.Object(BaseTraining) : new BaseTraining();
        return new BaseJob(name ?? architecture, new BaseSetting(architecture, Dataset: dataset, Training: setting), File: null);
    }

    private static BaseJob Base(PlanValue value, string? name, string? architecture)
    {
        string said = value.Text("the name of a file"), path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(value.File))!, said);
        try
        {
            ModelInfo info = ModelFile.Describe(path, ModelKind.Base, new ModelHints(architecture));
            return new BaseJob(name ?? Path.GetFileNameWithoutExtension(said), new BaseSetting(info.Architecture, SettingId.OfFile(path)), path);
        }
        catch (FileFormatException exception)
        {
            throw value.Error(exception.Message);
        }
    }

    private static BaseTraining BaseTraining(PlanObject training)
    {
        var standard = new BaseTraining();
        var setting = new BaseTraining(
            training.Get("epochs", value => value.Number(1, 100_000), standard.Epochs), training.Get("batch", value => value.Number(2, 65_536), standard.Batch),
            training.Get("peakRate", value => value.Real(1e-9, 100), standard.PeakRate), training.Get("schedule", Schedule, standard.Schedule),
            training.Find("warmup")?.Real(0, 0.99),
            training.Get("optimizer", value => value.Choice(CampaignTrainer.Optimizers.Select(one => one.Name)), standard.Optimizer),
            training.Get("weightDecay", value => value.Real(0, 10), standard.WeightDecay), training.Get("labelSmoothing", value => value.Real(0, 1), standard.LabelSmoothing),
            training.Get("bits", value => value.Number(2, 8), standard.Bits), training.Find("trainImages")?.Number(1, Most), training.Get("seed", Seed, standard.Seed));
        Check(training.Value, () => CampaignTrainer.RateOf(setting));
        return setting;
    }

    private static GridPlan Grid(PlanObject grid, IReadOnlyList<BaseJob> bases, IReadOnlyList<string> generators, GeneratorTraining training) => new(
        grid.Get("bases", value => Named(value, bases), bases),
        grid.Get("targets", value => Named(value, bases), []),
        grid.Get("generators", Generators, generators),
        grid.Get("trainBer", value => value.List(one => one.Real(0, 1)), [0.01]),
        grid.Get("lambda", value => value.List(one => one.Real(0, 1e6)), [5]),
        grid.Find("chips")?.List(one => Chips(one, training)) ?? [Chips(grid.Value, 10, training)],
        grid.Get("seeds", value => value.List(Seed), [1]),
        grid.Get("bits", value => value.List(one => one.Number(2, 8)), [8]),
        grid.Find("evalBer")?.List(EvalBer) ?? TrainBerAsEvalBer(grid));

    private static int Chips(PlanValue value, GeneratorTraining training) => Chips(value, value.Number(1, 1000), training);

    /// <summary>Refuses chips that cannot share out a batch with the clean model.</summary>
    private static int Chips(PlanValue place, int count, GeneratorTraining training) => !training.ShareBatch || training.Batch % (1 + count) == 0
        ? count
        : throw place.Error(FormattableString.Invariant($"a batch of {training.Batch} cannot be shared out equally among the clean model and {count} chips"));

    private static IReadOnlyList<BaseJob> Named(PlanValue names, IReadOnlyList<BaseJob> bases) => names.List(name =>
    {
        string chosen = name.Choice(bases.Select(job => job.Name));
        return bases.First(job => job.Name == chosen);
    });

    private static IReadOnlyList<string> Generators(PlanValue names) => names.List(name => name.Choice(Generator.Names));

    private static ulong Seed(PlanValue value) => value.Number(0UL, (ulong)long.MaxValue);

    /// <summary>A rate for which there is a voltage, so that the row's energy is known.</summary>
    private static double EvalBer(PlanValue value) =>
        value.Real(0, 1) is var ber && (ber == 0 || (ber >= VoltageCurve.MinimumBer && ber <= VoltageCurve.MaximumBer))
            ? ber
            : throw value.Wrong(FormattableString.Invariant($"0, or a rate of the voltage curve from {VoltageCurve.MinimumBer:G3} to {VoltageCurve.MaximumBer:G3}"));

    /// <summary>Without rates of evaluation those of training are taken, one by one, and must have a voltage too.</summary>
    private static IReadOnlyList<double>? TrainBerAsEvalBer(PlanObject grid)
    {
        _ = grid.Find("trainBer")?.List(EvalBer);
        return null;
    }

    /// <summary>Turns what only the method knows to be wrong into an error with its place.</summary>
    private static void Check<T>(PlanValue value, Func<T> make)
    {
        try
        {
            _ = make();
        }
        catch (ArgumentException exception)
        {
            throw value.Error(exception.Message.Split(" (Parameter")[0]);
        }
    }
}
