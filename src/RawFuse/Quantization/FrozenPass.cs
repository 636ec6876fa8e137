using RawFuse.Kernels;

namespace RawFuse;

/// <summary>
/// A frozen network made ready for gradients on batches of one size. It computes what <see cref="FrozenNetwork.Forward"/> and a tape compute, bit for bit, and keeps its buffers from
/// run to run. Not for several threads at once.
/// </summary>
public abstract class FrozenPass : IDisposable
{
    private protected FrozenPass(FrozenNetwork network, int images)
    {
        Network = network;
        Images = images;
        Node output = network.Definition.Output;
        OutputLength = checked(images * output.Length);
    }

    /// <summary>The network.</summary>
    public FrozenNetwork Network { get; }

    /// <summary>Images in a batch.</summary>
    public int Images { get; }

    /// <summary>Numbers in the result: those of the network's output node for each image.</summary>
    public int OutputLength { get; }

    /// <summary>The result of the last <see cref="Forward"/>, [N, H, W, C] of the output node or longer; overwritten by the next.</summary>
    public abstract Storage<float> Output { get; }

    /// <summary>Makes a pass: laid out once where the network is made of convolutions and pools, on a tape for others.</summary>
    /// <param name="network">The network; it must live as long as the pass.</param>
    /// <param name="images">Images in a batch, 1 or more.</param>
    /// <exception cref="InvalidOperationException">The network computes on int8 activations.</exception>
    public static FrozenPass Create(FrozenNetwork network, int images)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        if (network.IsInt8) throw new InvalidOperationException($"Network '{network.Definition.Name}' computes on int8 activations, which have no gradients.");
        return FrozenPassLayout.TryCreate(network, images) is { } layout ? new LaidOutFrozenPass(network, layout) : new TapedFrozenPass(network, images);
    }

    /// <summary>Runs the network.</summary>
    /// <param name="images">[N, H, W, C].</param>
    /// <param name="faults">Which bits of the weights are flipped, or null for none; must not change before <see cref="Backward"/>.</param>
    /// <exception cref="ShapeException">The images are not a batch of this size, or cannot be shared equally by the sets of faults.</exception>
    public void Forward(Tensor images, WeightFaults? faults = null)
    {
        Network.Definition.CheckInput(images);
        if (images.Shape[0] != Images) throw new ShapeException($"This pass is for batches of {Images} images, not {images.Shape}.");
        if (faults is not null) FrozenNetwork.CheckSets(images, faults);
        Run(images, faults);
    }

    /// <summary>Computes the gradient of the images of the last <see cref="Forward"/>. Once for each.</summary>
    /// <param name="outputGradient">Gradient of the result, <see cref="OutputLength"/> numbers.</param>
    /// <param name="imagesGradient">Receives [N, H, W, C].</param>
    /// <param name="accumulate">Whether the gradient is added to what is there.</param>
    /// <param name="faults">As given to <see cref="Forward"/>.</param>
    public abstract void Backward(Storage<float> outputGradient, Storage<float> imagesGradient, bool accumulate, WeightFaults? faults = null);

    /// <summary>Gives the buffers back.</summary>
    public abstract void Dispose();

    private protected abstract void Run(Tensor images, WeightFaults? faults);
}
