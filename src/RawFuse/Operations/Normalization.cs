using RawFuse.Kernels;

namespace RawFuse;

/// <summary>Batch normalization over the channels of [N, H, W, C].</summary>
public static class NormalizationOperations
{
    /// <summary>Normalizes with the batch's own statistics and moves the running ones towards them.</summary>
    /// <param name="x">[..., C].</param>
    /// <param name="gamma">[C] factors.</param>
    /// <param name="beta">[C] summands.</param>
    /// <param name="runningMean">[C], updated.</param>
    /// <param name="runningVariance">[C], updated with the unbiased variance.</param>
    /// <param name="momentum">Weight of this batch in the running statistics, 0 to 1.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ShapeException">There are fewer than two values per channel, or the shapes do not go together.</exception>
    public static Tensor BatchNorm(this Tensor x, Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVariance, float momentum = 0.1f, float epsilon = 1e-5f)
    {
        int channels = CheckChannels(x, gamma, beta, runningMean, runningVariance);
        int rows = x.Length / channels;
        if (rows < 2) throw new ShapeException($"BatchNorm: {x.Shape} has one value per channel; training needs two or more.");
        Tensor y = Tensor.Empty(x.Device, x.Shape);
        Tensor mean = Tensor.Empty(x.Device, gamma.Shape), inverseDeviation = Tensor.Empty(x.Device, gamma.Shape);
        x.Device.Run<BatchNormForward, BatchNormForwardArgs>(
            new(
                x.Storage, y.Storage, gamma.Storage, beta.Storage, mean.Storage, inverseDeviation.Storage, runningMean.Storage, runningVariance.Storage, rows, channels,
                momentum, epsilon));
        if (Tape.IsNeeded(x, gamma, beta)) Tape.Record(new BatchNormOperation(x, gamma, mean, inverseDeviation), y, x, gamma, beta);
        mean.Dispose();
        inverseDeviation.Dispose();
        return y;
    }

    /// <summary>Normalizes with given statistics, as in inference: y = (x - mean) / sqrt(variance + epsilon) * gamma + beta.</summary>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    public static Tensor BatchNormInference(this Tensor x, Tensor gamma, Tensor beta, Tensor mean, Tensor variance, float epsilon = 1e-5f)
    {
        CheckChannels(x, gamma, beta, mean, variance);
        (Tensor scale, Tensor shift) = FoldBatchNorm(gamma, beta, mean, variance, null, epsilon);
        using (scale)
        using (shift)
        using (Tensor scaled = x.Multiply(scale))
            return scaled.Add(shift);
    }

    /// <summary>The factor and the summand per channel that batch normalization in inference amounts to, after a bias.</summary>
    internal static (Tensor Scale, Tensor Shift) FoldBatchNorm(Tensor gamma, Tensor beta, Tensor mean, Tensor variance, Tensor? bias, float epsilon)
    {
        Tensor scale = Tensor.Empty(gamma.Device, gamma.Shape), shift = Tensor.Empty(gamma.Device, gamma.Shape);
        gamma.Device.Run<BatchNormFold, BatchNormFoldArgs>(
            new(gamma.Storage, beta.Storage, mean.Storage, variance.Storage, bias?.Storage, epsilon, scale.Storage, shift.Storage, gamma.Length));
        return (scale, shift);
    }

    private static int CheckChannels(Tensor x, Tensor gamma, Tensor beta, Tensor mean, Tensor variance)
    {
        if (x.Shape.Rank < 1) throw new ShapeException("BatchNorm: the input is a single number.");
        var channels = new Shape(x.Shape[-1]);
        if (gamma.Shape != channels || beta.Shape != channels || mean.Shape != channels || variance.Shape != channels)
            throw new ShapeException(
                $"BatchNorm: input {x.Shape} needs parameters of shape {channels}; gamma is {gamma.Shape}, beta {beta.Shape}, mean {mean.Shape}, variance {variance.Shape}.");
        return channels.Length;
    }

    private sealed class BatchNormOperation : Operation
    {
        private readonly Tensor x, gamma, mean, inverseDeviation;

        public BatchNormOperation(Tensor x, Tensor gamma, Tensor mean, Tensor inverseDeviation)
        {
            this.x = Save(x);
            this.gamma = Save(gamma);
            this.mean = Save(mean);
            this.inverseDeviation = Save(inverseDeviation);
        }

        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            Device device = outputGradient.Device;
            Tensor? inputGradient = into.Wants(0) ? Tensor.Empty(device, x.Shape) : null;
            Tensor gammaGradient = Tensor.Empty(device, gamma.Shape), betaGradient = Tensor.Empty(device, gamma.Shape);
            device.Run<BatchNormBackward, BatchNormBackwardArgs>(
                new(
                    x.Storage, outputGradient.Storage, gamma.Storage, mean.Storage, inverseDeviation.Storage, inputGradient?.Storage, gammaGradient.Storage,
                    betaGradient.Storage, x.Length / gamma.Length, gamma.Length));
            if (inputGradient is not null) into.Add(0, inputGradient);
            into.Add(1, gammaGradient);
            into.Add(2, betaGradient);
        }
    }
}
