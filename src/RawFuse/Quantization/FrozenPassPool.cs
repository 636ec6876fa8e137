using RawFuse.Kernels;

namespace RawFuse;

/// <summary>A pool. Its gradient's kernels set what they write, so that a part to be added waits in <see cref="FrozenPassStep.Temporary"/>.</summary>
internal abstract class FrozenPassPooling(FrozenStep step) : FrozenPassStep(step)
{
    public override bool NeedsTemporary => InputHasGradient || Inputs[0] == 0;

    protected sealed override void BackwardInput(Device device, Storage<float> outputGradient, Storage<float> inputGradient, bool add, WeightFaults? faults)
    {
        Unpool(device, outputGradient, add ? Temporary! : inputGradient);
        if (add) Add(device, Temporary!, inputGradient, InputLength);
        if (InputGate is not null) Close(device, inputGradient, InputGate, inputGradient, Step.Layer.Inputs[0].Channels, InputLength);
    }

    /// <summary>Writes the gradient of the input.</summary>
    protected abstract void Unpool(Device device, Storage<float> outputGradient, Storage<float> inputGradient);
}

/// <summary>Pooling over square windows.</summary>
internal sealed class FrozenPassPool(FrozenStep step, PoolLayer layer, int images) : FrozenPassPooling(step)
{
    private readonly PoolShape shape = new(
        images, layer.Inputs[0].Height, layer.Inputs[0].Width, layer.Inputs[0].Channels, layer.Window, layer.Stride, layer.Padding);

    private Storage<byte>? winners;

    public override int InputLength => shape.InputLength;

    public override int OutputLength => shape.OutputLength;

    public override Storage<byte>? AllocateMask(Device device) => winners = layer.IsMax ? device.Allocate<byte>(shape.OutputLength) : null;

    public override void Forward(Device device, Storage<float>?[] values, WeightFaults? faults)
    {
        if (layer.IsMax) device.Run<MaxPool2d, MaxPool2dArgs>(new(shape, values[Inputs[0]]!, values[Output]!, winners));
        else device.Run<AveragePool2d, AveragePool2dArgs>(new(shape, values[Inputs[0]]!, values[Output]!));
    }

    protected override void Unpool(Device device, Storage<float> outputGradient, Storage<float> inputGradient)
    {
        if (layer.IsMax) device.Run<MaxPool2dGradient, MaxPool2dGradientArgs>(new(shape, outputGradient, winners!, inputGradient));
        else device.Run<AveragePool2dGradient, AveragePool2dArgs>(new(shape, inputGradient, outputGradient));
    }
}

/// <summary>Means of windows that cover the image with a given number of pixels.</summary>
internal sealed class FrozenPassAdaptivePool(FrozenStep step, AdaptivePoolLayer layer, int images) : FrozenPassPooling(step)
{
    private readonly Node from = layer.Inputs[0];
    private readonly Node to = layer.Output;

    public override int InputLength => images * from.Length;

    public override int OutputLength => images * to.Length;

    public override Storage<byte>? AllocateMask(Device device) => null;

    public override void Forward(Device device, Storage<float>?[] values, WeightFaults? faults) => Run(device, values[Inputs[0]]!, values[Output]!, isGradient: false);

    protected override void Unpool(Device device, Storage<float> outputGradient, Storage<float> inputGradient) =>
        Run(device, inputGradient, outputGradient, isGradient: true);

    private void Run(Device device, Storage<float> whole, Storage<float> pooled, bool isGradient) =>
        device.Run<AdaptiveAveragePool2d, AdaptiveAveragePool2dArgs>(
            new(images, from.Height, from.Width, to.Height, to.Width, from.Channels, whole, pooled, isGradient));
}
