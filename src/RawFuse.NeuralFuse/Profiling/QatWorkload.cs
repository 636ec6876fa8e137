using RawFuse.NeuralFuse.Training;

namespace RawFuse.NeuralFuse.Profiling;

/// <summary>A step of quantization-aware training of a base model.</summary>
/// <param name="network">The base model.</param>
/// <param name="kind">The optimizer.</param>
/// <param name="weightBits">Bits the weights are rounded to, 2 to 8.</param>
/// <param name="batch">Images, 2 or more.</param>
public sealed class QatWorkload(Network network, QatOptimizer kind, int weightBits, int batch)
    : Workload($"QAT step of {network.Definition.Name}, {batch} images", network.Device, network.Definition, batch)
{
    /// <summary>So low that the weights stay what they were at the start.</summary>
    private const float Rate = 1e-6f;

    private readonly Optimizer optimizer = QatTrainer.OptimizerFor(network, new QatOptions(Epochs: 1, Optimizer: kind));

    /// <inheritdoc/>
    public override void Run() => QatTrainer.Step(network, Batch, new ForwardMode(IsTraining: true, WeightBits: weightBits), optimizer, Rate);

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        optimizer.Dispose();
        network.Dispose();
    }
}
