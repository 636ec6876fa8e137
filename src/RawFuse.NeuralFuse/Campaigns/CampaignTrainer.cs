using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Models;
using RawFuse.NeuralFuse.Training;
using RawFuse.NeuralFuse.Training.Checkpoints;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Trains the models of a campaign as <c>train base</c> and <c>train fuse</c> would.</summary>
/// <param name="device">What to compute on.</param>
/// <param name="images">The data set.</param>
internal sealed class CampaignTrainer(Device device, ICampaignImages images)
{
    /// <summary>Names of optimizers in plans.</summary>
    public static IReadOnlyList<(string Name, QatOptimizer Value)> Optimizers { get; } = [("sgd", QatOptimizer.Sgd), ("adam", QatOptimizer.Adam)];

    /// <summary>Learning rates of a base model.</summary>
    /// <exception cref="ArgumentException">Its values do not go together.</exception>
    public static LearningRate RateOf(BaseTraining training) => RateSchedules.Make(training.Schedule, (float)training.PeakRate, (float?)training.Warmup);

    /// <summary>Learning rates of generators.</summary>
    /// <exception cref="ArgumentException">Its values do not go together.</exception>
    public static LearningRate RateOf(GeneratorTraining training) =>
        RateSchedules.Make(training.Schedule, (float)training.Rate, (float?)training.Warmup, (float)training.RateFactor, training.RateEvery);

    /// <summary>Trains a base model and writes its file.</summary>
    public void TrainBase(
        BaseSetting setting, string path, string checkpoints, IProgress<double> progress, IProgress<string> notices, CancellationToken cancellationToken)
    {
        BaseTraining training = setting.Training ?? throw new ArgumentException("A base model from a file is not trained.", nameof(setting));
        NetworkDefinition definition = BaseModel.Define(setting.Architecture, images.Classes, images.Size);
        using var network = new Network(definition, device, training.Seed);
        IImageSource source = images.Training(training.Batch, training.TrainImages, training.Seed);
        QatOptimizer optimizer = Optimizers.Single(one => one.Name == training.Optimizer).Value;
        var options = new QatOptions(training.Epochs, RateOf(training), optimizer, (float)training.WeightDecay, training.Bits, (float)training.LabelSmoothing);
        QatTrainer.Train(network, source, options, new StepShare(progress), notices, RunIn(checkpoints), cancellationToken);
        ModelFile.Save(network, new ModelInfo(ModelKind.Base, definition.Name, images.Classes, images.Size, training.Bits, setting.Dataset!), path);
    }

    /// <summary>Trains a generator and writes its file.</summary>
    public void TrainGenerator(
        GeneratorSetting setting, string basePath, string path, string checkpoints, IProgress<double> progress, IProgress<string> notices, CancellationToken cancellationToken)
    {
        GeneratorTraining training = setting.Training;
        (ModelInfo info, Network network) = ModelFile.Load(basePath, ModelKind.Base, device, new ModelHints(setting.Base.Architecture));
        using Network loaded = network;
        using FrozenNetwork model = FrozenNetwork.From(network, info.Bits);
        NetworkDefinition definition = Generator.Define(setting.Generator, images.Size);
        using var generator = new Network(definition, device, setting.Seed);
        if (training.StartAtIdentity) GeneratorStart.AtIdentity(generator);
        IImageSource source = images.Training(training.Batch, training.TrainImages, setting.Seed);
        var options = new EopmOptions(
            setting.Faults.Population(setting.TrainBer), setting.Chips, (float)setting.Lambda, RateOf(training), SharesBatch: training.ShareBatch);
        EopmTrainer.Train(generator, [model], source, options, training.Epochs, setting.Seed, new StepShare(progress), notices, RunIn(checkpoints), cancellationToken);
        ModelFile.Save(generator, new ModelInfo(ModelKind.Fuse, definition.Name, images.Classes, images.Size, options.WeightBits, setting.Dataset), path);
    }

    private static TrainingRun RunIn(string checkpoints) => new(new CheckpointOptions(checkpoints, Keep: 1, Resume: true));

    /// <summary>A training's steps as a share of all.</summary>
    private sealed class StepShare(IProgress<double> progress) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => progress.Report((double)value.Step / value.TotalSteps);
    }
}
