using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Training.Checkpoints;

namespace RawFuse.NeuralFuse.Training;

/// <summary>Trains a NeuralFuse generator for frozen base models.</summary>
public static class EopmTrainer
{
    /// <summary>Chips for training are drawn from the seeds 0 to this, exclusive, as in the reference; those for evaluation lie elsewhere.</summary>
    public const int TrainingSeeds = 30000;

    /// <summary>First seed of the chips that epochs are judged on: neither training's nor evaluation's.</summary>
    private const ulong FirstJudge = 40000;

    /// <summary>Chips that epochs are judged on.</summary>
    private const int Judges = 5;

    /// <summary>Trains a generator in place.</summary>
    /// <param name="generator">The generator.</param>
    /// <param name="bases">Base models to protect, 1 or more, all for the same classes and images.</param>
    /// <param name="source">Training images.</param>
    /// <param name="options">The method's constants.</param>
    /// <param name="epochs">Passes over the images, 1 or more.</param>
    /// <param name="seed">Decides which chips are drawn.</param>
    /// <param name="progress">Told after every step; null for nobody.</param>
    /// <param name="notices">Told in sentences what a user should know, such as that device memory made the passes smaller; null for nobody.</param>
    /// <param name="run">Checkpoints, held-out images (judged by the mean accuracy on five chips of their own), averages; null for none of them.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="TrainingException">A loss, a gradient or, at the end, a parameter is not finite; step, batch and layer or chip are named. Or a step does not fit the device's memory.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written; those before it are kept.</exception>
    /// <exception cref="OperationCanceledException">Training was stopped.</exception>
    public static void Train(
        Network generator, IReadOnlyList<FrozenNetwork> bases, IImageSource source, EopmOptions options, int epochs, ulong seed,
        IProgress<TrainingProgress>? progress = null, IProgress<string>? notices = null, TrainingRun? run = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Chips, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.SetsPerPass);
        if (!(options.Lambda >= 0)) throw new ArgumentOutOfRangeException(nameof(options), options.Lambda, "Lambda is 0 or more.");
        if (bases.Count == 0) throw new ArgumentException("EOPM needs a base model or more.", nameof(bases));
        foreach (FrozenNetwork model in bases) Batch.CheckClasses(model.Definition, source);
        using var method = new Method(generator, bases, options, seed, notices);
        new TrainingLoop(method, source, epochs, run ?? new(), progress, notices).Run(cancellationToken);
    }

    private sealed class Method(Network generator, IReadOnlyList<FrozenNetwork> bases, EopmOptions options, ulong seed, IProgress<string>? notices) : ITrainingMethod, IDisposable
    {
        private readonly Adam optimizer = new(generator.TrainedTensors, EopmOptions.Beta1, EopmOptions.Beta2);
        private readonly EopmStep step = new(generator, bases, options, notices);
        private readonly ulong[] chips = new ulong[options.Chips];
        private SplitMix64 random = new(seed);

        public string Name => "Generator training";

        public Network Network => generator;

        public Optimizer Optimizer => optimizer;

        public LearningRate Rate => options.Rate;

        public ulong RandomState
        {
            get => random.State;
            set => random = new SplitMix64(value);
        }

        public IEnumerable<KeyValuePair<string, string>> Settings =>
        [
            new("chips a step", FormattableString.Invariant($"{options.Chips}")),
            new("shared batches", $"{options.SharesBatch}"),
            new("lambda", FormattableString.Invariant($"{options.Lambda}")),
            new("weight bits", FormattableString.Invariant($"{options.WeightBits}")),
            new("seed of the chips", FormattableString.Invariant($"{seed}")),
            new("faults", $"{options.Population.Any}"),
            .. bases.Select((model, i) => new KeyValuePair<string, string>(FormattableString.Invariant($"base model {i + 1}"), Fingerprint.Of(model))),
        ];

        public float Gradient(Batch batch, int step)
        {
            for (int i = 0; i < chips.Length; i++) chips[i] = (ulong)random.NextInt(TrainingSeeds);
            return this.step.Gradient(batch, chips, step).Total;
        }

        public string Blame(Batch batch) => step.Blame(batch, chips);

        public double Judge(Network candidate, IImageSource images, CancellationToken cancellationToken)
        {
            using FrozenNetwork fuse = FrozenNetwork.From(candidate, options.WeightBits);
            ulong[] judges = [.. Enumerable.Range(0, Judges).Select(i => FirstJudge + (ulong)i)];
            return bases.Average(model => Evaluator.Evaluate(model, fuse, images, options.Population, judges, progress: null, cancellationToken).WithFuse!.Perturbed.Mean);
        }

        public void Dispose()
        {
            step.Dispose();
            optimizer.Dispose();
        }
    }
}
