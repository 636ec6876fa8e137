using RawFuse.Kernels;

namespace RawFuse;

/// <summary>Losses.</summary>
public static class LossOperations
{
    /// <summary>Weighted sum of the images' softmax cross-entropies.</summary>
    /// <param name="logits">[N, classes].</param>
    /// <param name="labels">[N] on the same device, each 0..classes-1.</param>
    /// <param name="weights">[N] on the same device: 1/N each for the mean.</param>
    /// <param name="smoothing">Label smoothing, 0 to 1: the share of the target that all classes have in common. 0 for none.</param>
    /// <returns>A single number.</returns>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    public static Tensor SoftmaxCrossEntropy(this Tensor logits, Storage<int> labels, Storage<float> weights, float smoothing = 0)
    {
        Tensor sum = logits.SoftmaxCrossEntropy(labels, weights, out Tensor losses, smoothing);
        losses.Dispose();
        return sum;
    }

    /// <summary>As above, and the images' weighted losses one by one.</summary>
    /// <param name="logits">[N, classes].</param>
    /// <param name="labels">[N] on the same device, each 0..classes-1.</param>
    /// <param name="weights">[N] on the same device: 1/N each for the mean.</param>
    /// <param name="losses">[N], for the caller to dispose; without gradients.</param>
    /// <param name="smoothing">Label smoothing, 0 to 1: the share of the target that all classes have in common. 0 for none.</param>
    /// <returns>A single number.</returns>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    public static Tensor SoftmaxCrossEntropy(this Tensor logits, Storage<int> labels, Storage<float> weights, out Tensor losses, float smoothing = 0)
    {
        if (smoothing is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "Label smoothing is not in 0..1.");
        if (logits.Shape.Rank != 2) throw new ShapeException($"SoftmaxCrossEntropy: logits {logits.Shape} are not [N, classes].");
        int images = logits.Shape[0];
        if (labels.Length < images || weights.Length < images)
            throw new ShapeException($"SoftmaxCrossEntropy: {images} images, but {labels.Length} labels and {weights.Length} weights.");
        bool isNeeded = Tape.IsNeeded(logits);
        losses = Tensor.Empty(logits.Device, new Shape(images));
        Tensor? gradient = isNeeded ? Tensor.Empty(logits.Device, logits.Shape) : null;
        logits.Device.Run<SoftmaxCrossEntropy, SoftmaxCrossEntropyArgs>(
            new(logits.Storage, labels, weights, losses.Storage, gradient?.Storage, images, logits.Shape[1], Smoothing: smoothing));
        Tensor sum = Tensor.Empty(logits.Device, default);
        logits.Device.Run<SumRows, SumRowsArgs>(new(losses.Storage, sum.Storage, images, 1));
        if (gradient is null) return sum;
        Tape.Record(new CrossEntropyOperation(gradient), sum, logits);
        gradient.Dispose();
        return sum;
    }

    private sealed class CrossEntropyOperation : Operation
    {
        private readonly Tensor gradient;

        public CrossEntropyOperation(Tensor gradient) => this.gradient = Save(gradient);

        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            // The loss is one number: its gradient is a factor for all.
            Tensor scaled = Tensor.Empty(gradient.Device, gradient.Shape);
            gradient.Device.Run<Zip<Multiply>, ZipArgs>(new(gradient.Storage, outputGradient.Storage, scaled.Storage, gradient.Length, 1));
            into.Add(0, scaled);
        }
    }
}
