using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Training;

/// <summary>Some sets of a base model's weights, each on a whole batch or all together on one, with all buffers this takes.</summary>
internal sealed class EopmEnsemblePass : IDisposable
{
    private readonly int sets, images, classes;
    private readonly bool isShared;
    private readonly FrozenPass pass;
    private readonly Storage<float> weights, losses, logitsGradient;
    private readonly float?[] setWeights;
    private Tensor? copies, copiesGradient;

    /// <param name="model">The base model; the caller's.</param>
    /// <param name="sets">Number of sets.</param>
    /// <param name="images">Images for each of them.</param>
    /// <param name="isShared">Whether the sets share out a batch of sets * images; else each sees the whole batch.</param>
    public EopmEnsemblePass(FrozenNetwork model, int sets, int images, bool isShared)
    {
        (this.sets, this.images, classes) = (sets, images, model.Definition.Output.Channels);

        // A single set has the batch for itself either way.
        this.isShared = isShared || sets == 1;
        int all = checked(sets * images);
        pass = FrozenPass.Create(model, all);
        Faults = new WeightFaults(model, sets);
        weights = model.Device.Allocate<float>(all);
        losses = model.Device.Allocate<float>(all);
        logitsGradient = model.Device.Allocate<float>(pass.OutputLength);
        setWeights = new float?[sets];
    }

    /// <summary>Which bits of the weights are flipped, set by set.</summary>
    public WeightFaults Faults { get; }

    /// <summary>The weighted losses of the images, set by set; overwritten by the next run.</summary>
    public Storage<float> Losses => losses;

    /// <summary>Says what the images' losses on a set of weights count: most often what they counted before.</summary>
    public void SetWeight(int set, float weight)
    {
        if (setWeights[set] == weight) return;
        setWeights[set] = weight;
        weights.Device.Run<Fill<float>, FillArgs<float>>(new(weights, set * images, images, weight));
    }

    /// <summary>Runs the sets.</summary>
    /// <param name="fused">F(x), [B, H, W, C].</param>
    /// <param name="batch">Whose labels count.</param>
    /// <param name="gradient">Receives the gradient of the weighted losses.</param>
    /// <param name="accumulate">Whether it is added to what is there.</param>
    public void Gradient(Tensor fused, Batch batch, Tensor gradient, bool accumulate)
    {
        Device device = fused.Device;
        using (device.Phase("base forward"))
        {
            pass.Forward(Repeat(fused), Faults);
            device.Run<SoftmaxCrossEntropy, SoftmaxCrossEntropyArgs>(new(pass.Output, batch.DeviceLabels, weights, losses, logitsGradient, sets * images, classes, isShared ? 1 : sets));
        }

        using (device.Phase("base backward"))
        {
            if (isShared) pass.Backward(logitsGradient, gradient.Storage, accumulate, Faults);
            else AddCopies(gradient, accumulate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        pass.Dispose();
        Faults.Dispose();
        weights.Dispose();
        losses.Dispose();
        logitsGradient.Dispose();
        copies?.Dispose();
        copiesGradient?.Dispose();
    }

    /// <summary>The images once for every set.</summary>
    private Tensor Repeat(Tensor fused)
    {
        if (isShared) return fused;
        Shape all = new(sets * images, fused.Shape[1], fused.Shape[2], fused.Shape[3]);
        copies ??= Tensor.Empty(fused.Device, all);
        copiesGradient ??= Tensor.Empty(fused.Device, all);

        // Rows of stride 0 read the same block again.
        fused.Device.Run<CopyBlock, CopyBlockArgs>(new(fused.Storage, 0, 0, copies.Storage, 0, fused.Length, sets, fused.Length));
        return copies;
    }

    /// <summary>Adds the sets' gradients one after the other, as separate passes would.</summary>
    private void AddCopies(Tensor gradient, bool accumulate)
    {
        Device device = gradient.Device;
        int length = gradient.Length;
        pass.Backward(logitsGradient, copiesGradient!.Storage, false, Faults);
        for (int set = 0; set < sets; set++)
            device.Run<CopyBlock, CopyBlockArgs>(new(copiesGradient.Storage, set * length, length, gradient.Storage, 0, length, 1, length, accumulate || set > 0));
    }
}
