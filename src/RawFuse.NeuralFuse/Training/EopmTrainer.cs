namespace RawFuse.NeuralFuse.Training;

/// <summary>Trains a NeuralFuse generator for frozen base models.</summary>
public static class EopmTrainer
{
    /// <summary>Chips for training are drawn from these seeds, as in the reference; those for evaluation lie elsewhere.</summary>
    public const int TrainingSeeds = 30000;

    /// <summary>Trains a generator in place.</summary>
    /// <param name="generator">The generator.</param>
    /// <param name="bases">Base models to protect, 1 or more, all for the same classes and images.</param>
    /// <param name="source">Training images.</param>
    /// <param name="options">The method's constants.</param>
    /// <param name="epochs">Passes over the images, 1 or more.</param>
    /// <param name="seed">Decides which chips are drawn.</param>
    /// <param name="progress">Told after every step; null for nobody.</param>
    /// <param name="notices">Told in a sentence, once, that device memory made the passes smaller; null for nobody.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="TrainingException">The loss, or a parameter at the end, is not finite; or a step does not fit the device's memory.</exception>
    /// <exception cref="OperationCanceledException">Training was stopped.</exception>
    public static void Train(
        Network generator, IReadOnlyList<FrozenNetwork> bases, IImageSource source, EopmOptions options, int epochs, ulong seed,
        IProgress<TrainingProgress>? progress = null, IProgress<string>? notices = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Chips, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.SetsPerPass);
        if (!(options.Lambda >= 0)) throw new ArgumentOutOfRangeException(nameof(options), options.Lambda, "Lambda is 0 or more.");
        if (bases.Count == 0) throw new ArgumentException("EOPM needs a base model or more.", nameof(bases));
        foreach (FrozenNetwork model in bases) Batch.CheckClasses(model.Definition, source);
        using var optimizer = new Adam(generator.TrainedTensors, EopmOptions.Beta1, EopmOptions.Beta2);
        using var step = new EopmStep(generator, bases, options, notices);
        var random = new SplitMix64(seed);
        var chips = new ulong[options.Chips];
        int total = epochs * source.Batches(0).Count();
        foreach (Batch batch in BatchReader.Read(source, epochs, generator.Device, cancellationToken))
        {
            for (int i = 0; i < chips.Length; i++) chips[i] = (ulong)random.NextInt(TrainingSeeds);
            EopmLoss loss = step.Gradient(batch, chips, optimizer.Steps);
            if (!float.IsFinite(loss.Total))
                throw new TrainingException($"Generator training: the loss became {loss.Total} in step {optimizer.Steps + 1} (epoch {batch.Epoch + 1}).");
            optimizer.Step(options.RateAt(optimizer.Steps));
            progress?.Report(new TrainingProgress(optimizer.Steps, total, batch.Epoch, loss.Total));
        }

        TrainingException.ThrowIfNotFinite(generator, "Generator training");
    }
}
