using RawFuse.Kernels;
using RawFuse.NeuralFuse.Evaluation;

namespace RawFuse.NeuralFuse.Training;

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
    /// <param name="notices">Told in sentences what a user should know; null for nobody.</param>
    /// <param name="run">Checkpoints, held-out images, averages; null for none of them.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="TrainingException">A loss, a gradient or, at the end, a parameter is not finite; step, batch and layer are named.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written; those before it are kept.</exception>
    /// <exception cref="OperationCanceledException">Training was stopped.</exception>
    public static void Train(
        Network network, IImageSource source, QatOptions options, IProgress<TrainingProgress>? progress = null, IProgress<string>? notices = null,
        TrainingRun? run = null, CancellationToken cancellationToken = default)
    {
        Batch.CheckClasses(network.Definition, source);
        using Optimizer optimizer = OptimizerFor(network, options);
        new TrainingLoop(new Method(network, options, optimizer), source, options.Epochs, run ?? new(), progress, notices).Run(cancellationToken);
    }

    /// <summary>One step on one batch; the loss is the mean cross-entropy, with smoothed labels where asked for.</summary>
    /// <returns>The loss before the step.</returns>
    public static float Step(Network network, Batch batch, ForwardMode mode, Optimizer optimizer, float rate, float labelSmoothing = 0)
    {
        using Tensor loss = Gradient(network, batch, mode, labelSmoothing);
        optimizer.Step(rate);
        return loss.ToScalar();
    }

    internal static Optimizer OptimizerFor(Network network, QatOptions options) => options.Optimizer == QatOptimizer.Adam
        ? new Adam(network.TrainedTensors)
        : new Sgd(network.TrainedTensors, momentum: 0.9f, options.WeightDecay, nesterov: true);

    /// <summary>Adds a batch's gradient to the trained tensors.</summary>
    /// <returns>The loss, which nothing has waited for.</returns>
    private static Tensor Gradient(Network network, Batch batch, ForwardMode mode, float labelSmoothing)
    {
        using Storage<float> weights = network.Device.Allocate<float>(batch.Count);
        network.Device.Run<Fill<float>, FillArgs<float>>(new(weights, batch.Count, 1f / batch.Count));
        using Tape tape = Tape.Start();
        Tensor loss = Loss(network, batch, mode, weights, labelSmoothing);
        using (network.Device.Phase("backward")) tape.Backward(loss);
        return loss;
    }

    private static Tensor Loss(Network network, Batch batch, ForwardMode mode, Storage<float> weights, float labelSmoothing)
    {
        using PhaseScope phase = network.Device.Phase("forward");
        using Tensor logits = network.Forward(batch.Images, mode);
        return logits.SoftmaxCrossEntropy(batch.DeviceLabels, weights, labelSmoothing);
    }

    private sealed class Method(Network network, QatOptions options, Optimizer optimizer) : ITrainingMethod
    {
        private readonly ForwardMode mode = new(IsTraining: true, WeightBits: options.WeightBits);

        public string Name => "Base training";

        public Network Network => network;

        public Optimizer Optimizer => optimizer;

        public LearningRate Rate => options.Rate;

        public ulong RandomState
        {
            get => 0;
            set => ArgumentOutOfRangeException.ThrowIfNotEqual(value, 0UL);
        }

        public IEnumerable<KeyValuePair<string, string>> Settings =>
        [
            new("optimizer", $"{options.Optimizer}"),
            new("weight decay", FormattableString.Invariant($"{options.WeightDecay}")),
            new("weight bits", FormattableString.Invariant($"{options.WeightBits}")),
            new("label smoothing", FormattableString.Invariant($"{options.LabelSmoothing}")),
        ];

        public float Gradient(Batch batch, int step)
        {
            using Tensor loss = QatTrainer.Gradient(network, batch, mode, options.LabelSmoothing);
            return loss.ToScalar();
        }

        public string Blame(Batch batch) => NonFinite.In(network, batch.Images, mode);

        public double Judge(Network candidate, IImageSource images, CancellationToken cancellationToken)
        {
            using FrozenNetwork frozen = FrozenNetwork.From(candidate, options.WeightBits);
            return Evaluator.CleanAccuracy(frozen, images, cancellationToken);
        }
    }
}
