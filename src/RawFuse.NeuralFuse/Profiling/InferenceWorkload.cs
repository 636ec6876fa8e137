using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Profiling;

/// <summary>Inference: a batch through a base model on its clean weights, with or without a generator in front.</summary>
public sealed class InferenceWorkload : Workload
{
    private readonly FrozenNetwork? fuse;
    private readonly FrozenNetwork model;

    /// <summary>Takes ownership of the networks.</summary>
    /// <param name="fuse">The generator, or null.</param>
    /// <param name="model">The base model.</param>
    /// <param name="batch">Images, 1 or more.</param>
    /// <param name="int8">Whether the base model runs on int8 activations.</param>
    public InferenceWorkload(FrozenNetwork? fuse, FrozenNetwork model, int batch, bool int8 = false)
        : base(NameOf(fuse, model, batch, int8), model.Device, model.Definition, batch)
    {
        this.fuse = fuse;
        this.model = model;
        if (!int8) return;
        var calibrator = new ActivationCalibrator(model);
        calibrator.Observe(Batch.Images);
        model.UseInt8(calibrator.Ranges());
    }

    /// <inheritdoc/>
    public override void Run()
    {
        using Tensor? fused = fuse is null ? null : Forward(fuse, Batch.Images, "generator");
        using Tensor logits = Forward(model, fused ?? Batch.Images, "base");
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        fuse?.Dispose();
        model.Dispose();
    }

    private static string NameOf(FrozenNetwork? fuse, FrozenNetwork model, int batch, bool int8) =>
        $"inference of {model.Definition.Name}{(int8 ? " on int8 activations" : "")}{(fuse is null ? "" : $" behind {fuse.Definition.Name}")}, {batch} images";

    private Tensor Forward(FrozenNetwork network, Tensor images, string phaseName)
    {
        using PhaseScope phase = Device.Phase(phaseName);
        return network.Forward(images);
    }
}
