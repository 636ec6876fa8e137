using RawFuse.Kernels;

namespace RawFuse.KernelCases;

/// <summary>
/// Convolutions of bytes: sums are exact, and what the epilogue does to them is the same float32 arithmetic everywhere, so results must equal the reference, on every device.
/// </summary>
internal static class Int8Cases
{
    private static readonly Conv2dShape[] Shapes =
    [
        // Images, height, width, input channels, output channels, kernel height, kernel width, stride, padding.
        // Every number of channels on either side, odd ones leave half a pair.
        new(6, 3, 3, 1, 1, 3, 3, 1, 1), new(6, 4, 5, 2, 3, 3, 3, 1, 1), new(6, 5, 4, 3, 2, 3, 3, 1, 1), new(6, 4, 3, 7, 8, 3, 3, 1, 1), new(6, 4, 3, 8, 7, 3, 3, 1, 1),
        new(6, 3, 3, 9, 15, 3, 3, 1, 1), new(6, 4, 4, 16, 17, 3, 3, 1, 1), new(6, 4, 4, 17, 16, 3, 3, 1, 1), new(6, 4, 5, 31, 33, 3, 3, 1, 1), new(6, 5, 3, 33, 48, 3, 3, 1, 1),
        new(6, 4, 4, 64, 65, 3, 3, 1, 1), new(6, 4, 4, 65, 64, 3, 3, 1, 1), new(6, 3, 4, 100, 130, 3, 3, 1, 1), new(6, 1, 1, 300, 10, 1, 1), new(6, 1, 1, 33, 10, 1, 1),

        // Strides, paddings, kernels.
        new(6, 1, 1, 1, 1, 1, 1), new(6, 5, 3, 8, 16, 1, 1), new(6, 5, 5, 16, 33, 1, 1, 2), new(6, 7, 8, 3, 8, 1, 1, 3), new(6, 5, 5, 2, 3, 1, 1, 1, 1), new(6, 5, 4, 3, 5, 2, 2),
        new(6, 5, 7, 4, 4, 2, 2, 2, 1), new(6, 8, 8, 3, 16, 4, 4, 2, 1), new(6, 7, 5, 5, 7, 4, 4, 3, 2), new(6, 13, 9, 3, 5, 3, 3, 2, 1), new(6, 8, 8, 16, 32, 3, 3, 2, 1),
        new(6, 6, 6, 3, 9, 3, 3, 2, 2), new(6, 4, 5, 2, 4, 3, 3, 1, 3), new(6, 2, 2, 4, 6, 3, 3, 2, 1), new(6, 1, 6, 5, 8, 3, 3, 1, 1), new(6, 11, 12, 3, 16, 7, 7, 2, 3),
        new(6, 6, 5, 2, 5, 7, 7, 1, 3), new(6, 8, 5, 4, 9, 3, 1), new(6, 4, 9, 2, 8, 2, 5, 3, 1),

        // Many pixels, several blocks and slices, many channels.
        new(6, 13, 13, 3, 17, 3, 3, 1, 1), new(6, 13, 11, 33, 4, 3, 3, 2, 1), new(6, 12, 12, 65, 16, 1, 1), new(6, 2, 3, 700, 20, 1, 1), new(6, 3, 2, 24, 200, 3, 3, 1, 1),
        new(6, 4, 4, 260, 24, 3, 3, 1, 1), new(6, 4, 4, 5, 520, 3, 3, 2, 1),

        // All tiles of tensor cores.
        new(6, 4, 4, 16, 72, 3, 3, 1, 1), new(6, 4, 3, 48, 40, 3, 3, 1, 1), new(6, 3, 3, 32, 8, 3, 3, 1, 1), new(6, 8, 9, 16, 8, 1, 1),

        // No images.
        new(0, 5, 5, 3, 8, 3, 3, 1, 1),
    ];

    public static readonly KernelCase[] All =
    [
        .. Shapes.Select((shape, i) => Case(shape, sets: 1 + (i % 3), isSigned: i % 2 == 0, (Extreme)0)),
        .. Shapes.Take(15).Select((shape, i) => Case(shape, sets: 1, isSigned: i % 2 != 0, (Extreme)0)),
        .. from isSigned in (bool[])[false, true]
           from extreme in (Extreme[])[Extreme.Highest, Extreme.Lowest, Extreme.Alternating, Extreme.Mixed]
           from shape in (Conv2dShape[])[new(2, 9, 7, 40, 9, 3, 3, 1, 1), new(1, 5, 4, 230, 6, 3, 3, 1, 1), new(1, 1, 2, 900, 3, 1, 1), new(1, 8, 8, 3, 20, 3, 3, 2, 1)]
           select Case(shape, sets: 1, isSigned, extreme),
    ];

    /// <summary>Inputs and weights as large as they get, of equal, alternating or random signs; or any.</summary>
    internal enum Extreme
    {
        None,
        Highest,
        Lowest,
        Alternating,
        Mixed,
    }

    /// <summary>Input bytes.</summary>
    internal static byte[] Inputs(Random random, int length, bool isSigned, Extreme extreme)
    {
        byte[] bytes = random.Bytes(length);
        byte lowest = isSigned ? unchecked((byte)sbyte.MinValue) : byte.MinValue, highest = isSigned ? (byte)sbyte.MaxValue : byte.MaxValue;
        for (int i = 0; i < length && extreme != Extreme.None; i++)
            bytes[i] = extreme switch
            {
                Extreme.Highest => highest,
                Extreme.Lowest => isSigned ? lowest : highest,
                Extreme.Alternating => i % 2 == 0 ? lowest : highest,
                _ => random.Next(2) == 0 ? lowest : highest,
            };
        return bytes;
    }

    /// <summary>Weights.</summary>
    internal static sbyte[] Weights(Random random, int length, Extreme extreme)
    {
        sbyte[] weights = Array.ConvertAll(random.Bytes(length), value => (sbyte)value);
        for (int i = 0; i < length && extreme != Extreme.None; i++)
            weights[i] = extreme switch
            {
                Extreme.Highest => sbyte.MaxValue,
                Extreme.Lowest => sbyte.MinValue,
                Extreme.Alternating => i % 3 == 0 ? sbyte.MinValue : sbyte.MaxValue,
                _ => random.Next(2) == 0 ? sbyte.MinValue : sbyte.MaxValue,
            };
        return weights;
    }

    /// <summary>What bytes stand for.</summary>
    internal static float[] Numbers(byte[] bytes, bool isSigned) => Array.ConvertAll(bytes, value => isSigned ? (sbyte)value : (float)value);

    /// <summary>The sums, exact.</summary>
    internal static int[] Sums(Conv2dShape shape, byte[] input, bool isSigned, sbyte[] weights, byte[] faults, int sets)
    {
        float[][] perSet = [.. Enumerable.Range(0, sets).Select(set => weights.Select((weight, i) => (float)(sbyte)((byte)weight ^ faults[(set * weights.Length) + i])).ToArray())];
        return [.. ConvolutionReference.Forward(shape, Numbers(input, isSigned), image => perSet[image / (shape.Images / sets)]).Select(sum => (int)sum)];
    }

    private static KernelCase Case(Conv2dShape shape, int sets, bool isSigned, Extreme extreme) => new(
        $"conv bytes {ConvolutionCases.Describe(shape)}, {(isSigned ? "signed" : "unsigned")}, {sets} sets{(extreme == Extreme.None ? "" : $", {extreme}")}",
        run =>
        {
            int outs = shape.OutChannels;
            byte[] x = Inputs(run.Random, shape.InputLength, isSigned, extreme), residual = run.Random.Bytes(shape.OutputLength);
            sbyte[] w = Weights(run.Random, shape.WeightLength, extreme);
            byte[] faults = sets > 1 ? run.Random.Bytes(sets * shape.WeightLength) : new byte[shape.WeightLength];
            float size = 1 / (3 * MathF.Sqrt(shape.Taps * shape.InChannels) * 100);
            float[] factor = Array.ConvertAll(run.Random.Reals(outs), value => value * size), shift = Array.ConvertAll(run.Random.Reals(outs), value => value * 20);
            ConvWeights weights = ConvWeights.OfPacked(run.Input(w), 1, sets > 1 ? run.Input(faults) : null, sets);
            var input = new ByteValues(run.Input(x), isSigned);
            Storage<byte> summand = run.Input(residual);
            Storage<float> factors = run.Input(factor), shifts = run.Input(shift);
            var sums = new Lazy<int[]>(() => Sums(shape, x, isSigned, w, faults, sets));

            // The sums as they are; then every kind of result, with and without ReLU and residuals.
            Storage<float> plain = run.Output<float>(shape.OutputLength), ones = run.Input(Enumerable.Repeat(1f, outs).ToArray()), zeros = run.Input(new float[outs]);
            run.Launch<Conv2dInt8, Conv2dInt8Args>(new(shape, input, weights, new Int8Epilogue(ones, zeros), null, plain));
            run.Expect(plain, Tolerance.Exact, () => [.. sums.Value.Select(sum => (double)(float)sum)]);
            foreach ((bool? outSigned, bool? residualSigned, bool relu) in
                new (bool?, bool?, bool)[] { (true, null, false), (false, true, true), (true, false, true), (null, true, false), (null, false, true) })
            {
                ByteValues? added = residualSigned is { } signed ? new ByteValues(summand, signed) : null;
                const float ResidualFactor = 0.37f;
                var epilogue = new Int8Epilogue(factors, shifts, added, ResidualFactor, relu);
                float Value(int i)
                {
                    float value = (sums.Value[i] * factor[i % outs]) + shift[i % outs];
                    if (residualSigned is { } two) value += (two ? (sbyte)residual[i] : residual[i]) * ResidualFactor;
                    return relu ? Math.Max(value, 0) : value;
                }

                if (outSigned is { } isOutSigned)
                {
                    Storage<byte> bytes = run.Output<byte>(shape.OutputLength);
                    run.Launch<Conv2dInt8, Conv2dInt8Args>(new(shape, input, weights, epilogue, new ByteValues(bytes, isOutSigned), null));
                    run.Expect(bytes, Tolerance.Exact, () => TestData.Each(
                        shape.OutputLength, i => (byte)(int)Math.Round(Math.Clamp(Value(i), isOutSigned ? -127 : 0, isOutSigned ? 127 : 255), MidpointRounding.ToEven)));
                }
                else
                {
                    Storage<float> floats = run.Output<float>(shape.OutputLength);
                    run.Launch<Conv2dInt8, Conv2dInt8Args>(new(shape, input, weights, epilogue, null, floats));
                    run.Expect(floats, Tolerance.Exact, () => TestData.Each(shape.OutputLength, i => Value(i)));
                }
            }
        },
        Emulate: shape.Macs <= ConvolutionCases.EmulatorMacs,
        ForTensorCores: OnTensorCores(shape),
        EmulateTensorCores: OnTensorCores(shape) && shape.Macs <= ConvolutionCases.EmulatorMacs);

    private static bool OnTensorCores(Conv2dShape shape) => shape.InChannels % 16 == 0 && shape.OutChannels % 8 == 0;
}
