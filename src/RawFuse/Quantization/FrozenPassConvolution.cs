using RawFuse.Kernels;

namespace RawFuse;

/// <summary>A convolution or linear layer with what was folded into it.</summary>
internal sealed class FrozenPassConvolution(FrozenStep step, WeightLayer layer, int images) : FrozenPassStep(step)
{
    private readonly QuantizedWeights weights = step.Weights!;

    private readonly Conv2dShape shape = new(
        images, layer.Inputs[0].Height, layer.Inputs[0].Width, layer.Inputs[0].Channels, layer.Output.Channels, step.Weights!.Shape[0], step.Weights.Shape[1], layer.Stride, layer.Padding);

    public override int InputLength => shape.InputLength;

    public override int OutputLength => shape.OutputLength;

    public override bool NeedsTemporary => false;

    public override Storage<byte>? AllocateMask(Device device) =>
        Mask = Step.Relu ? device.Allocate<byte>(ConvEpilogue.MaskLength(shape.OutputLength / shape.OutChannels, shape.OutChannels)) : null;

    public override void Forward(Device device, Storage<float>?[] values, WeightFaults? faults) =>
        device.Run<Conv2dForward, Conv2dForwardArgs>(new(
            shape, values[Inputs[0]]!, WeightsOf(faults), values[Output]!,
            new ConvEpilogue(Step.Scale?.Storage, Step.Shift?.Storage, Inputs.Length > 1 ? values[Inputs[1]] : null, Step.Relu, Mask)));

    protected override void BackwardInput(Device device, Storage<float> outputGradient, Storage<float> inputGradient, bool add, WeightFaults? faults) =>
        device.Run<Conv2dInputGradient, Conv2dInputGradientArgs>(new(
            shape, outputGradient, WeightsOf(faults), inputGradient, Step.Scale?.Storage, new ConvEpilogue(Residual: add ? inputGradient : null, Gate: InputGate)));

    private ConvWeights WeightsOf(WeightFaults? faults) => ConvWeights.OfPacked(weights.Packed, weights.Scale, faults?[layer], faults?.Sets ?? 1);
}
