using RawFuse.NeuralFuse.Training;

namespace RawFuse.NeuralFuse.Profiling;

/// <summary>A step of generator training: gradients over the clean base model and freshly drawn chips, then Adam.</summary>
/// <param name="generator">The generator.</param>
/// <param name="model">The base model it is trained to protect.</param>
/// <param name="options">The method's constants.</param>
/// <param name="batch">Images, 2 or more.</param>
/// <param name="notices">Told in a sentence, once, that device memory made the passes smaller; null for nobody.</param>
public sealed class EopmWorkload(Network generator, FrozenNetwork model, EopmOptions options, int batch, IProgress<string>? notices = null)
    : Workload(
        $"EOPM step of {generator.Definition.Name} for {model.Definition.Name}, {batch} images, {options.Chips} chips", model.Device, model.Definition, batch)
{
    private readonly Adam optimizer = new(generator.TrainedTensors, EopmOptions.Beta1, EopmOptions.Beta2);
    private readonly EopmStep step = new(generator, [model], options, notices);
    private readonly ulong[] chips = new ulong[options.Chips];

    /// <inheritdoc/>
    public override void Run()
    {
        for (int i = 0; i < chips.Length; i++) chips[i] = ((ulong)optimizer.Steps * (ulong)chips.Length + (ulong)i) % EopmTrainer.TrainingSeeds;
        step.Gradient(Batch, chips, optimizer.Steps);
        optimizer.Step(options.Rate.At(optimizer.Steps, total: optimizer.Steps + 1));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        optimizer.Dispose();
        step.Dispose();
        generator.Dispose();
        model.Dispose();
    }
}
