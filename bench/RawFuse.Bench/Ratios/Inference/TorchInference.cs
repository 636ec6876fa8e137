using RawFuse.Bench.Ratios.Torch;
using RawFuse.NeuralFuse.Training;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Inference;

/// <summary>A protected model in torch. It owns its two networks.</summary>
internal sealed class TorchInference : IDisposable
{
    private readonly TensorKeeper keeper = new();
    private readonly FrozenTorchNetwork generator, classifier;
    private readonly torch.Tensor images;

    public TorchInference(FrozenTorchNetwork generator, FrozenTorchNetwork classifier, Batch batch, MemoryFormat format)
    {
        (this.generator, this.classifier, Format) = (generator, classifier, format);
        images = keeper.Make(() => TorchData.Images(batch.Images.ToArray(), batch.Images.Shape, format));
    }

    /// <summary>Layout of images and weights.</summary>
    public MemoryFormat Format { get; }

    /// <summary>[N, classes]; the caller's scope frees it.</summary>
    public torch.Tensor Logits()
    {
        using IDisposable mode = torch.inference_mode();
        return classifier.Graph.Forward(generator.Graph.Forward(images, generator.Clean), classifier.Clean);
    }

    public void Dispose()
    {
        generator.Dispose();
        classifier.Dispose();
        keeper.Dispose();
    }
}
