using System.Globalization;
using System.Reflection;
using RawFuse.NeuralFuse.Evaluation;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Runs a plan's rows and keeps what is done, so that a run that was stopped or killed goes on where it was.</summary>
/// <param name="folder">Where everything is kept.</param>
/// <param name="runner">What computes.</param>
/// <param name="report">Who shows how far it is.</param>
/// <param name="shard">Which part of the work is done here.</param>
public sealed class Campaign(CampaignFolder folder, ICampaignRunner runner, ICampaignReport report, Shard shard)
{
    private static readonly string Version =
        typeof(Campaign).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private readonly Dictionary<string, Model> models = [];

    /// <summary>Measures the rows of a shard that no results file in the folder has yet, in their order, and trains what they need.</summary>
    /// <param name="rows">All rows of the plan.</param>
    /// <param name="cancellationToken">Stops; finished models and rows are kept.</param>
    /// <returns>Number of rows measured.</returns>
    public int Run(IReadOnlyList<CampaignRow> rows, CancellationToken cancellationToken)
    {
        using ResultsFile results = ResultsFile.Open(folder.ResultsOf(shard), report.Notices);
        IReadOnlySet<string> done = folder.DoneRows(report.Notices);
        CampaignRow[] open = [.. shard.Of(rows).Where(row => !done.Contains(row.Id))];
        for (int i = 0; i < open.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            results.Append(Measure(open[i], $"row {i + 1} of {open.Length}", cancellationToken));
        }

        return open.Length;
    }

    /// <summary>Trains a shard's base models and nothing else: what all shards of a run need is then there for all of them.</summary>
    /// <param name="rows">All rows of the plan.</param>
    /// <param name="cancellationToken">Stops; finished models are kept.</param>
    /// <returns>Number of base models.</returns>
    public int TrainBases(IReadOnlyList<CampaignRow> rows, CancellationToken cancellationToken)
    {
        IReadOnlyList<BaseJob> bases = shard.Of(CampaignExpansion.BasesToTrain(rows));
        foreach (BaseJob job in bases) ModelOf(job, cancellationToken);
        return bases.Count;
    }

    private RowResult Measure(CampaignRow row, string place, CancellationToken cancellationToken)
    {
        Model source = ModelOf(row.Generator.Base, cancellationToken), generator = ModelOf(row.Generator, source, cancellationToken);
        Model target = ModelOf(row.Target, cancellationToken);
        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"{place}: evaluate {row.Target.Name} behind {row.Setting.Generator.Generator}, {row.Setting.Bits} bits, error rate {100 * row.Setting.EvalBer:G4}%");
        (RowMeasurement measured, double seconds) =
            report.Stage(name, progress => runner.Evaluate(row.Setting, target.Path, generator.Path, progress, cancellationToken));
        EvaluationResult result = measured.Result;
        return new RowResult(
            row.Id, row.Generator.Base.Name, row.Target.Name, row.Setting, result.Base.Clean, PerturbedJson.Of(result.Base.Perturbed),
            AccuracyJson.Of(result.WithFuse!), result.Recovery!.Value, PerturbedJson.Of(result.RecoveryPerChip!), result.Chips, result.Images, measured.CellBer,
            measured.FlipRate, measured.Energy, new FileHashes(source.Sha256, generator.Sha256, target.Sha256),
            new StageSeconds(generator.Seconds!.Value, seconds, source.Seconds, target.Seconds), runner.Machine, Version);
    }

    private Model ModelOf(BaseJob job, CancellationToken cancellationToken) => ModelOf(job.Id, () => job.File is { } file
        ? new Model(file, job.Setting.Sha256!, Seconds: null)
        : Trained(
            new ModelRecord(job.Id, "", Version, runner.Machine, 0, Base: job.Setting), $"train {job.Name}",
            (path, progress) => runner.TrainBase(job.Setting, path, folder.CheckpointsOf(job.Id, shard), progress, report.Notices, cancellationToken)));

    private Model ModelOf(GeneratorJob job, Model source, CancellationToken cancellationToken) => ModelOf(job.Id, () => Trained(
        new ModelRecord(job.Id, "", Version, runner.Machine, 0, Generator: job.Setting), $"train {job.Description}",
        (path, progress) => runner.TrainGenerator(job.Setting, source.Path, path, folder.CheckpointsOf(job.Id, shard), progress, report.Notices, cancellationToken)));

    private Model ModelOf(string id, Func<Model> make) => models.TryGetValue(id, out Model? known) ? known : models[id] = make();

    /// <summary>A model out of the folder, or trained now.</summary>
    /// <param name="draft">Its record, but for the file and the time.</param>
    /// <param name="stage">What its training is called.</param>
    /// <param name="train">Trains it and writes its file.</param>
    private Model Trained(ModelRecord draft, string stage, Action<string, IProgress<double>> train)
    {
        string path = folder.ModelPath(draft.Id);
        if (folder.FindModel(draft.Id) is not { } record)
        {
            (string sha256, double seconds) = report.Stage(stage, progress =>
            {
                train(path, progress);
                return SettingId.OfFile(path);
            });
            record = draft with { Sha256 = sha256, Seconds = seconds };
            folder.KeepModel(record, shard);
        }

        return new Model(path, record.Sha256, record.Seconds);
    }

    /// <summary>A model to use.</summary>
    /// <param name="Path">Its file.</param>
    /// <param name="Sha256">Of the file.</param>
    /// <param name="Seconds">How long its training took; null for a file that the plan names.</param>
    private sealed record Model(string Path, string Sha256, double? Seconds);
}
