using RawFuse.Kernels;

namespace RawFuse;

/// <summary>
/// A frozen network on int8 activations, for inference: convolutions and linear layers multiply bytes by bytes into 32-bit sums and write bytes again wherever the next reader
/// takes them, maxima are taken of bytes. All other layers run on floats, and so does the result. The weights are the frozen network's own.
/// </summary>
internal sealed class Int8Network : IDisposable
{
    private readonly FrozenNetwork network;
    private readonly ActivationRange[] ranges;
    private readonly int[] lastUse;
    private readonly bool[] isBytes;
    private readonly Int8Layer?[] layers;

    public Int8Network(FrozenNetwork network, ActivationRanges ranges)
    {
        if (ranges.Definition != network.Definition)
            throw new ArgumentException($"These are the activation ranges of another network, '{ranges.Definition.Name}'.", nameof(ranges));
        this.network = network;
        IReadOnlyList<FrozenStep> steps = network.Steps;
        int result = network.Definition.Output.Id, values = steps.Select(step => step.Output).Append(0).Max() + 1;

        // The result is wanted in floats; everything else in bytes as soon as one reader takes them.
        isBytes = new bool[values];
        lastUse = new int[values];
        for (int i = steps.Count - 1; i >= 0; i--)
            foreach (int value in steps[i].Inputs)
            {
                isBytes[value] |= value != result && TakesBytes(steps[i]);
                lastUse[value] = Math.Max(lastUse[value], i);
            }

        lastUse[result] = int.MaxValue;
        this.ranges = new ActivationRange[values];
        this.ranges[0] = ranges[0];
        foreach (FrozenStep step in steps) this.ranges[step.Output] = IsPoolOfBytes(step) ? this.ranges[step.Inputs[0]] : ranges[step.Output];
        layers = [.. steps.Select(step => IsConvolution(step) ? new Int8Layer(step, i => this.ranges[i], isBytes[step.Output]) : null)];
    }

    /// <summary>Runs the network.</summary>
    /// <param name="images">[N, H, W, C], of the right size; they need no gradient.</param>
    /// <param name="faults">Which bits of the weights are flipped, or null for none.</param>
    /// <returns>[N, H, W, C] of the output node.</returns>
    public Tensor Run(Tensor images, WeightFaults? faults)
    {
        if (Tape.IsNeeded(images)) throw new NotSupportedException($"Network '{network.Definition.Name}' computes on int8 activations, which have no gradients.");
        var values = new Int8Value?[lastUse.Length];
        values[0] = Int8Value.Of(images.Share(), ranges[0]);
        try
        {
            for (int i = 0; i < layers.Length; i++)
            {
                FrozenStep step = network.Steps[i];
                if (step.WeightLayer is { } layer) network.Observer?.Invoke(layer, images.Shape[0]);
                values[step.Output] = Compute(i, [.. step.Inputs.Select(value => values[value]!)], faults);
                foreach (int value in step.Inputs)
                {
                    if (lastUse[value] > i) continue;
                    values[value]?.Dispose();
                    values[value] = null;
                }
            }

            return values[network.Definition.Output.Id]!.Floats().Share();
        }
        finally
        {
            foreach (Int8Value? value in values) value?.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (Int8Layer? layer in layers) layer?.Dispose();
    }

    private static bool IsConvolution(FrozenStep step) => step.WeightLayer is not (null or ConvTransposeLayer);

    private bool IsPoolOfBytes(FrozenStep step) => step.Layer is PoolLayer { IsMax: true } && isBytes[step.Output];

    private bool TakesBytes(FrozenStep step) => IsConvolution(step) || IsPoolOfBytes(step);

    private Int8Value Compute(int i, Int8Value[] inputs, WeightFaults? faults)
    {
        FrozenStep step = network.Steps[i];
        ActivationRange range = ranges[step.Output];
        if (layers[i] is { } layer) return layer.Run(inputs, faults);
        if (IsPoolOfBytes(step)) return Pool((PoolLayer)step.Layer, inputs[0], range);
        return Int8Value.Of(step.Run(Array.ConvertAll(inputs, input => input.Floats()), faults), range);
    }

    private Int8Value Pool(PoolLayer layer, Int8Value input, ActivationRange range)
    {
        Shape x = input.Shape;
        var shape = new PoolShape(x[0], x[1], x[2], x[3], layer.Window, layer.Stride, layer.Padding);
        Storage<byte> output = network.Device.Allocate<byte>(shape.OutputLength);
        network.Device.Run<MaxPool2dInt8, MaxPool2dInt8Args>(new(shape, input.Bytes(), output));
        return Int8Value.Of(output, new Shape(shape.Images, shape.OutHeight, shape.OutWidth, shape.Channels), range);
    }
}
