using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Training;

/// <summary>Optimizers for base training.</summary>
public enum QatOptimizer
{
    /// <summary>Stochastic gradient descent with Nesterov's momentum 0.9.</summary>
    Sgd,

    /// <summary>Adam: faster for a few epochs; ignores the weight decay.</summary>
    Adam,
}

/// <summary>How a base model is trained.</summary>
/// <param name="Epochs">Passes over the images, 1 or more.</param>
/// <param name="PeakRate">Highest learning rate of the one-cycle schedule.</param>
/// <param name="Optimizer">What turns gradients into steps.</param>
/// <param name="WeightDecay">L2 penalty.</param>
/// <param name="WeightBits">Bits the weights are rounded to in every forward pass, 2 to 8.</param>
/// <param name="LabelSmoothing">The share of the target that all classes have in common, 0 to 1; 0 for the labels alone.</param>
public sealed record QatOptions(
    int Epochs, float PeakRate = 0.05f, QatOptimizer Optimizer = QatOptimizer.Sgd, float WeightDecay = 5e-4f, int WeightBits = 8, float LabelSmoothing = 0);

/// <summary>
/// Quantization-aware training of a base model: the weights are rounded to their int8 values in every forward pass, and the gradient passes
/// the rounding unchanged.
/// </summary>
public static class QatTrainer
{
    /// <summary>Trains a network in place.</summary>
    /// <param name="network">The classifier.</param>
    /// <param name="source">Training images.</param>
    /// <param name="options">Schedule.</param>
    /// <param name="progress">Told after every step; null for nobody.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="TrainingException">The loss, or a parameter at the end, is not finite.</exception>
    /// <exception cref="OperationCanceledException">Training was stopped.</exception>
    public static void Train(
        Network network, IImageSource source, QatOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Epochs, 1);
        Batch.CheckClasses(network.Definition, source);
        using Optimizer optimizer = OptimizerFor(network, options);
        int total = options.Epochs * source.Batches(0).Count();
        var mode = new ForwardMode(IsTraining: true, WeightBits: options.WeightBits);
        foreach (Batch batch in BatchReader.Read(source, options.Epochs, network.Device, cancellationToken))
        {
            float loss = Step(network, batch, mode, optimizer, LearningRate.OneCycle(optimizer.Steps, total, options.PeakRate), options.LabelSmoothing);
            if (!float.IsFinite(loss)) throw new TrainingException($"Base training: the loss became {loss} in step {optimizer.Steps} (epoch {batch.Epoch + 1}).");
            progress?.Report(new TrainingProgress(optimizer.Steps, total, batch.Epoch, loss));
        }

        TrainingException.ThrowIfNotFinite(network, "Base training");
    }

    /// <summary>One step on one batch; the loss is the mean cross-entropy, with smoothed labels where asked for.</summary>
    /// <returns>The loss before the step.</returns>
    public static float Step(Network network, Batch batch, ForwardMode mode, Optimizer optimizer, float rate, float labelSmoothing = 0)
    {
        using Storage<float> weights = network.Device.Allocate<float>(batch.Count);
        network.Device.Run<Fill<float>, FillArgs<float>>(new(weights, batch.Count, 1f / batch.Count));
        using Tape tape = Tape.Start();
        using Tensor loss = Loss(network, batch, mode, weights, labelSmoothing);
        using (network.Device.Phase("backward")) tape.Backward(loss);
        optimizer.Step(rate);
        return loss.ToScalar();
    }

    internal static Optimizer OptimizerFor(Network network, QatOptions options) => options.Optimizer == QatOptimizer.Adam
        ? new Adam(network.TrainedTensors)
        : new Sgd(network.TrainedTensors, momentum: 0.9f, options.WeightDecay, nesterov: true);

    private static Tensor Loss(Network network, Batch batch, ForwardMode mode, Storage<float> weights, float labelSmoothing)
    {
        using PhaseScope phase = network.Device.Phase("forward");
        using Tensor logits = network.Forward(batch.Images, mode);
        return logits.SoftmaxCrossEntropy(batch.DeviceLabels, weights, labelSmoothing);
    }
}
