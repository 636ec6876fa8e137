using RawFuse.Kernels;

namespace RawFuse;

/// <summary>A convolution or linear layer on bytes, with what was folded into it and the steps of all bytes as one factor and one summand per channel.</summary>
internal sealed class Int8Layer : IDisposable
{
    private readonly FrozenStep step;
    private readonly WeightLayer layer;
    private readonly ActivationRange range;
    private readonly bool toBytes;
    private readonly float residualFactor;
    private readonly Storage<float> factor, shift;

    /// <param name="step">The layer and what was folded into it.</param>
    /// <param name="rangeOf">The ranges of the network's values.</param>
    /// <param name="toBytes">Whether results go out as bytes.</param>
    public Int8Layer(FrozenStep step, Func<int, ActivationRange> rangeOf, bool toBytes)
    {
        this.step = step;
        this.toBytes = toBytes;
        layer = step.WeightLayer!;
        range = rangeOf(step.Output);
        double perStep = toBytes ? 1 / (double)range.Step : 1, ofSum = (double)step.Weights!.Scale * rangeOf(step.Inputs[0]).Step * perStep;
        residualFactor = step.Inputs.Length > 1 ? (float)(rangeOf(step.Inputs[1]).Step * perStep) : 0;
        Device device = step.Weights.Packed.Device;
        factor = device.Allocate<float>(PerChannel(step.Scale, ofSum, missing: 1));
        shift = device.Allocate<float>(PerChannel(step.Shift, perStep, missing: 0));
    }

    public Int8Value Run(Int8Value[] inputs, WeightFaults? faults)
    {
        QuantizedWeights weights = step.Weights!;
        Shape x = inputs[0].Shape, w = weights.Shape;
        var shape = new Conv2dShape(x[0], x[1], x[2], w[2], w[3], w[0], w[1], layer.Stride, layer.Padding);
        var resultShape = new Shape(shape.Images, shape.OutHeight, shape.OutWidth, shape.OutChannels);
        Device device = weights.Packed.Device;
        Tensor? floats = toBytes ? null : Tensor.Empty(device, resultShape);
        Storage<byte>? bytes = toBytes ? device.Allocate<byte>(resultShape.Length) : null;
        device.Run<Conv2dInt8, Conv2dInt8Args>(new(
            shape, inputs[0].Bytes(), ConvWeights.OfPacked(weights.Packed, weights.Scale, faults?[layer], faults?.Sets ?? 1),
            new Int8Epilogue(factor, shift, inputs.Length > 1 ? inputs[1].Bytes() : null, residualFactor, step.Relu),
            bytes is null ? null : new ByteValues(bytes, range.IsSigned), floats?.Storage));
        return floats is null ? Int8Value.Of(bytes!, resultShape, range) : Int8Value.Of(floats, range);
    }

    public void Dispose()
    {
        factor.Dispose();
        shift.Dispose();
    }

    private float[] PerChannel(Tensor? values, double times, float missing)
    {
        float[] all = values?.ToArray() ?? [.. Enumerable.Repeat(missing, layer.Output.Channels)];
        return Array.ConvertAll(all, value => (float)(value * times));
    }
}
