using RawFuse.Kernels;

namespace RawFuse.KernelCases;

/// <summary>Convolutions on packed int8 weights: with fault masks, one or several sets, and factors on the output gradient's channels.</summary>
internal static class WeightSetCases
{
    /// <summary>A power of two: byte times scale does not round.</summary>
    private const float Scale = 1f / 64;

    public static readonly KernelCase[] All =
    [
        .. from sets in (int[])[1, 2, 3]
           from faulty in (bool[])[false, true]
           from channels in ((int In, int Out)[])[(1, 2), (3, 8), (9, 5), (16, 24), (33, 70), (72, 40)]
           select Packed(channels.In, channels.Out, sets, faulty),
    ];

    private static KernelCase Packed(int inChannels, int outChannels, int sets, bool faulty)
    {
        var shape = new Conv2dShape(2 * sets, 4, 3, inChannels, outChannels, 3, 3, stride: 2 - (sets % 2), padding: 1);
        return new(
            $"conv packed {ConvolutionCases.Describe(shape)}, {sets} sets{(faulty ? ", faults" : "")}",
            run =>
            {
                sbyte[] packed = Array.ConvertAll(run.Random.Bytes(shape.WeightLength), value => (sbyte)value);
                byte[] faults = faulty ? run.Random.Bytes(sets * shape.WeightLength) : new byte[sets * shape.WeightLength];
                ConvWeights weights = ConvWeights.OfPacked(run.Input(packed), Scale, faulty ? run.Input(faults) : null, sets);
                float[][] perSet = [.. Enumerable.Range(0, sets).Select(set => Dequantized(packed, faults.AsSpan(set * packed.Length, packed.Length)))];
                float[] WeightsOf(int image) => perSet[image / 2];

                float[] x = run.Random.Integers(shape.InputLength), dy = run.Random.Integers(shape.OutputLength);
                float[] outScale = run.Random.PowersOfTwo(outChannels);
                Storage<float> output = run.Output<float>(shape.OutputLength);
                run.Launch<Conv2dForward, Conv2dForwardArgs>(new(shape, run.Input(x), weights, output));
                run.Expect(output, Tolerance.Exact, () => ConvolutionReference.Forward(shape, x, WeightsOf));

                Storage<float> plain = run.Output<float>(shape.InputLength), scaled = run.Output<float>(shape.InputLength);
                Storage<float> outputGradient = run.Input(dy);
                run.Launch<Conv2dInputGradient, Conv2dInputGradientArgs>(new(shape, outputGradient, weights, plain));
                run.Expect(plain, Tolerance.Exact, () => ConvolutionReference.InputGradient(shape, dy, WeightsOf));
                run.Launch<Conv2dInputGradient, Conv2dInputGradientArgs>(new(shape, outputGradient, weights, scaled, run.Input(outScale)));
                run.Expect(scaled, Tolerance.Exact, () => ConvolutionReference.InputGradient(shape, dy, WeightsOf, outScale));
            },
            Emulate: shape.Macs <= 2 * ConvolutionCases.EmulatorMacs,
            ForTensorCores: inChannels % 8 == 0 && outChannels % 8 == 0,
            EmulateTensorCores: (inChannels, outChannels, sets) == (16, 24, 2));
    }

    private static float[] Dequantized(sbyte[] packed, ReadOnlySpan<byte> faults)
    {
        var weights = new float[packed.Length];
        for (int i = 0; i < weights.Length; i++) weights[i] = (sbyte)((byte)packed[i] ^ faults[i]) * Scale;
        return weights;
    }
}
