using RawFuse.NeuralFuse.Campaigns;
using RawFuse.NeuralFuse.Evaluation;

namespace RawFuse.Tests.Campaigns;

/// <summary>Trains and measures nothing: files and accuracies are made of the settings alone, as real ones would be.</summary>
internal sealed class FakeRunner : ICampaignRunner
{
    public MachineRecord Machine { get; } = new("cpu", "device", 1);

    /// <summary>What was done, in order.</summary>
    public List<string> Log { get; } = [];

    /// <summary>Called before anything is done; whatever it throws ends the campaign.</summary>
    public Action<FakeRunner>? Before { get; init; }

    public void TrainBase(
        BaseSetting setting, string path, string checkpoints, IProgress<double> progress, IProgress<string> notices, CancellationToken cancellationToken) =>
        Train($"base {setting.Architecture}", setting.ToString(), path);

    public void TrainGenerator(
        GeneratorSetting setting, string basePath, string path, string checkpoints, IProgress<double> progress, IProgress<string> notices,
        CancellationToken cancellationToken) =>
        Train($"generator {setting.Generator}", setting + File.ReadAllText(basePath), path);

    public RowMeasurement Evaluate(RowSetting setting, string targetPath, string generatorPath, IProgress<double> progress, CancellationToken cancellationToken)
    {
        Before?.Invoke(this);
        Log.Add("evaluate");
        string text = setting + File.ReadAllText(targetPath) + File.ReadAllText(generatorPath);
        double mean = text.Aggregate(0, (sum, letter) => ((31 * sum) + letter) % 6007) / 100.0;
        var result = new EvaluationResult(
            new Accuracy(90, new AccuracyStatistics([mean, mean + 2])), new Accuracy(89, new AccuracyStatistics([mean + 20, mean + 21])), [50000, 50001], 100);
        return new RowMeasurement(result, setting.EvalBer, setting.EvalBer / 2, new EnergyRecord(19, 16, 0.83, 0.694));
    }

    private void Train(string what, string content, string path)
    {
        Before?.Invoke(this);
        Log.Add(what);
        File.WriteAllText(path, content);
    }
}
