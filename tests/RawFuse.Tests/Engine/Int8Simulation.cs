using RawFuse.Kernels;

namespace RawFuse.Tests.Engine;

/// <summary>
/// A frozen network on int8 activations, one number at a time: integers of unlimited size for sums, and the float32 operations that the epilogue's documentation names, in
/// their order. Layers that run on floats are the network's own.
/// </summary>
internal sealed class Int8Simulation(FrozenNetwork network, ActivationRanges ranges)
{
    private readonly Dictionary<int, Value> values = [];

    /// <summary>The network's result.</summary>
    /// <param name="images">[N, H, W, C].</param>
    /// <param name="weightsOf">A layer's weights, faults applied, for an image.</param>
    public float[] Run(Tensor images, Func<WeightLayer, int, sbyte[]> weightsOf)
    {
        values[0] = new Value(images.Shape, images.ToArray(), null, ranges[0]);
        foreach (FrozenStep step in network.Steps)
        {
            Value[] inputs = [.. step.Inputs.Select(id => values[id])];
            values[step.Output] =
                step.WeightLayer is { } layer and not ConvTransposeLayer ? Convolve(step, layer, inputs, weightsOf)
                : step.Layer is PoolLayer { IsMax: true } pool && TakesBytes(step.Output) ? Pool(pool, inputs[0])
                : AsItIs(step, inputs);
        }

        return values[network.Definition.Output.Id].Floats();
    }

    /// <summary>Whether a value exists in bytes: it is not the result, and a convolution reads it, if only through maxima.</summary>
    private bool TakesBytes(int value) => value != network.Definition.Output.Id && network.Steps.Any(
        step => step.Inputs.Contains(value) && (step.WeightLayer is not (null or ConvTransposeLayer) || (step.Layer is PoolLayer { IsMax: true } && TakesBytes(step.Output))));

    private Value AsItIs(FrozenStep step, Value[] inputs)
    {
        Tensor[] tensors = [.. inputs.Select(input => Tensor.From(network.Device, input.Shape, input.Floats()))];
        using Tensor result = step.Run(tensors, null);
        foreach (Tensor tensor in tensors) tensor.Dispose();
        return new Value(result.Shape, result.ToArray(), null, ranges[step.Output]);
    }

    private static Value Pool(PoolLayer layer, Value input)
    {
        int[] bytes = input.Bytes();
        Shape x = input.Shape, y = new(x[0], layer.Output.Height, layer.Output.Width, x[3]);
        var result = new int[y.Length];
        for (int i = 0; i < result.Length; i++)
        {
            (int n, int oy, int ox, int c) = (i / (y[1] * y[2] * y[3]), i / (y[2] * y[3]) % y[1], i / y[3] % y[2], i % y[3]);
            result[i] = (from ky in Enumerable.Range((oy * layer.Stride) - layer.Padding, layer.Window)
                         from kx in Enumerable.Range((ox * layer.Stride) - layer.Padding, layer.Window)
                         where ky >= 0 && ky < x[1] && kx >= 0 && kx < x[2]
                         select bytes[(((((n * x[1]) + ky) * x[2]) + kx) * x[3]) + c]).Max();
        }

        return new Value(y, null, result, input.Range);
    }

    private Value Convolve(FrozenStep step, WeightLayer layer, Value[] inputs, Func<WeightLayer, int, sbyte[]> weightsOf)
    {
        bool toBytes = TakesBytes(step.Output);
        int[] x = inputs[0].Bytes();
        int[]? residual = inputs.Length > 1 ? inputs[1].Bytes() : null;
        Shape from = inputs[0].Shape, w = step.Weights!.Shape, into = new(from[0], layer.Output.Height, layer.Output.Width, layer.Output.Channels);
        ActivationRange range = ranges[step.Output];
        double perStep = toBytes ? 1.0 / range.Step : 1;
        float[]? scale = step.Scale?.ToArray(), shift = step.Shift?.ToArray();
        var floats = new float[into.Length];
        for (int i = 0; i < floats.Length; i++)
        {
            (int n, int oy, int ox, int o) = (i / (into[1] * into[2] * into[3]), i / (into[2] * into[3]) % into[1], i / into[3] % into[2], i % into[3]);
            sbyte[] weights = weightsOf(layer, n);
            long sum = 0;
            for (int tap = 0; tap < w[0] * w[1]; tap++)
            {
                int iy = (oy * layer.Stride) + (tap / w[1]) - layer.Padding, ix = (ox * layer.Stride) + (tap % w[1]) - layer.Padding;
                if (iy < 0 || iy >= from[1] || ix < 0 || ix >= from[2]) continue;
                for (int c = 0; c < from[3]; c++) sum += (long)x[(((((n * from[1]) + iy) * from[2]) + ix) * from[3]) + c] * weights[(((tap * w[2]) + c) * w[3]) + o];
            }

            float factor = (float)((scale?[o] ?? 1) * ((double)step.Weights.Scale * inputs[0].Range.Step * perStep)), summand = (float)((shift?[o] ?? 0) * perStep);
            float value = (sum * factor) + summand;
            if (residual is not null) value += residual[i] * (float)(inputs[1].Range.Step * perStep);
            floats[i] = step.Relu ? Math.Max(value, 0) : value;
        }

        return toBytes ? new Value(into, null, [.. floats.Select(value => Round(value, range))], range) : new Value(into, floats, null, range);
    }

    private static int Round(float value, ActivationRange range) =>
        (int)MathF.Round(Math.Clamp(value, range.IsSigned ? -127 : 0, range.IsSigned ? 127 : 255), MidpointRounding.ToEven);

    private sealed record Value(Shape Shape, float[]? InFloats, int[]? InBytes, ActivationRange Range)
    {
        public float[] Floats() => InFloats ?? Array.ConvertAll(InBytes!, value => value * Range.Step);

        public int[] Bytes() => InBytes ?? Array.ConvertAll(InFloats!, value => Round(value * (1 / Range.Step), Range));
    }
}
