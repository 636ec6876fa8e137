using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Profiling;

/// <summary>Inference: a batch through a base model on its clean weights, with or without a generator in front.</summary>
/// <param name="fuse">The generator, or null.</param>
/// <param name="model">The base model.</param>
/// <param name="batch">Images, 1 or more.</param>
public sealed class InferenceWorkload(FrozenNetwork? fuse, FrozenNetwork model, int batch)
    : Workload(NameOf(fuse, model, batch), model.Device, model.Definition, batch)
{
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

    private static string NameOf(FrozenNetwork? fuse, FrozenNetwork model, int batch) =>
        $"inference of {model.Definition.Name}{(fuse is null ? "" : $" behind {fuse.Definition.Name}")}, {batch} images";

    private Tensor Forward(FrozenNetwork network, Tensor images, string phaseName)
    {
        using PhaseScope phase = Device.Phase(phaseName);
        return network.Forward(images);
    }
}
