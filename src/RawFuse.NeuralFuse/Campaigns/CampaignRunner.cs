using RawFuse.Kernels;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Models;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Does a campaign's work on a device.</summary>
/// <param name="device">What to compute on; the caller's.</param>
/// <param name="images">The data set.</param>
public sealed class CampaignRunner(Device device, ICampaignImages images) : ICampaignRunner
{
    private readonly CampaignTrainer trainer = new(device, images);

    /// <inheritdoc/>
    public MachineRecord Machine { get; } = MachineRecord.Of(device);

    /// <inheritdoc/>
    public void TrainBase(
        BaseSetting setting, string path, string checkpoints, IProgress<double> progress, IProgress<string> notices, CancellationToken cancellationToken) =>
        trainer.TrainBase(setting, path, checkpoints, progress, notices, cancellationToken);

    /// <inheritdoc/>
    public void TrainGenerator(
        GeneratorSetting setting, string basePath, string path, string checkpoints, IProgress<double> progress, IProgress<string> notices,
        CancellationToken cancellationToken) =>
        trainer.TrainGenerator(setting, basePath, path, checkpoints, progress, notices, cancellationToken);

    /// <inheritdoc/>
    public RowMeasurement Evaluate(RowSetting setting, string targetPath, string generatorPath, IProgress<double> progress, CancellationToken cancellationToken)
    {
        (_, Network network) = ModelFile.Load(targetPath, ModelKind.Base, device, new ModelHints(setting.Target.Architecture));
        using Network loaded = network;
        using FrozenNetwork model = FrozenNetwork.From(network, setting.Bits);
        (ModelInfo info, Network generator) = ModelFile.Load(generatorPath, ModelKind.Fuse, device, new ModelHints());
        using Network loadedGenerator = generator;
        using FrozenNetwork fuse = FrozenNetwork.From(generator, info.Bits);
        EvaluationSetting evaluation = setting.Evaluation;
        IImageSource source = images.Test(evaluation.Batch, evaluation.TestImages);
        ChipPopulation population = setting.Generator.Faults.Population(setting.EvalBer);
        EvaluationResult result = evaluation.HalfWidth is { } halfWidth
            ? Evaluator.EvaluateUntil(model, fuse, source, population, evaluation.Seeds(), halfWidth, progress, cancellationToken)
            : Evaluator.Evaluate(model, fuse, source, population, evaluation.Seeds(), progress, cancellationToken);
        (double cellBer, double flipRate) = Evaluator.RatesOf(model, population, result.Chips, cancellationToken);
        return new RowMeasurement(result, cellBer, flipRate, EnergyRecord.Of(model.Definition, fuse.Definition, setting.EvalBer));
    }
}
