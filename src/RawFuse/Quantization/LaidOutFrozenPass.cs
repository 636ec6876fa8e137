using RawFuse.Kernels;

namespace RawFuse;

/// <summary>
/// A pass of which every buffer, mask and argument is laid out once, so that a run allocates nothing. It goes over memory less often than a tape: where gradients meet, and where a ReLU
/// closes, the convolution that delivers the last part adds and closes as it stores.
/// </summary>
internal sealed class LaidOutFrozenPass : FrozenPass
{
    private readonly FrozenPassLayout layout;
    private readonly Storage<float>?[] values;
    private readonly Storage<float>?[] gradients;

    public LaidOutFrozenPass(FrozenNetwork network, FrozenPassLayout layout)
        : base(network, layout.Images)
    {
        this.layout = layout;
        values = [.. layout.Values];
        gradients = [.. layout.Gradients];
    }

    public override Storage<float> Output => values[Network.Definition.Output.Id]!;

    public override void Backward(Storage<float> outputGradient, Storage<float> imagesGradient, bool accumulate, WeightFaults? faults = null)
    {
        gradients[Network.Definition.Output.Id] = outputGradient;
        gradients[0] = imagesGradient;
        for (int i = layout.Steps.Length - 1; i >= 0; i--) layout.Steps[i].Backward(Network.Device, gradients, accumulate, faults);
    }

    public override void Dispose() => layout.Dispose();

    private protected override void Run(Tensor images, WeightFaults? faults)
    {
        values[0] = images.Storage;
        foreach (FrozenPassStep step in layout.Steps)
        {
            if (step.Step.WeightLayer is { } layer) Network.Observer?.Invoke(layer, Images);
            step.Forward(Network.Device, values, faults);
        }
    }
}
