using RawFuse.Kernels;

namespace RawFuse.Tests.Engine;

/// <summary>Quantized weights: training's rounding and the packed bytes are the same numbers.</summary>
public sealed class QuantizationTests : IDisposable
{
    private readonly CpuDevice device = new(2);

    [Fact]
    public void TrainingRoundsToWhatThePackedBytesStandFor()
    {
        var shape = new Shape(3, 3, 7, 5);
        for (int bits = 2; bits <= 8; bits++)
        {
            using Tensor weights = Tensor.From(device, shape, Reals(shape.Length, (ulong)bits));
            using QuantizedWeights packed = QuantizedWeights.From(weights, bits);
            using Tensor rounded = weights.FakeQuantize(bits);
            sbyte[] bytes = packed.Packed.ToArray();
            Assert.Equal(bits, packed.Bits);
            Assert.Equal((1 << (bits - 1)) - 1, bytes.Max(value => Math.Abs((int)value)));
            Assert.Equal(weights.ToArray().Max(Math.Abs) / QuantizedWeights.LevelsOf(bits), packed.Scale);

            // Bit for bit but for the sign of zeros, which a byte does not have.
            Assert.Equal([.. bytes.Select(value => Bits(value * packed.Scale))], rounded.ToArray().Select(Bits).ToArray());
        }

        static int Bits(float value) => BitConverter.SingleToInt32Bits(value == 0 ? 0 : value);
    }

    [Fact]
    public void HalvesGoToEvenNumbers()
    {
        // The largest is 127: the step is 1.
        float[] values = [127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 125.5f, 126.5f, -126.5f, 0.49999997f, 1.5000001f];
        sbyte[] expected = [127, 0, 2, 2, 0, -2, -2, 126, 126, -126, 0, 2];
        using Tensor weights = Tensor.From(device, new Shape(1, 1, 1, values.Length), values);
        using QuantizedWeights packed = QuantizedWeights.From(weights, 8);
        using Tensor rounded = weights.FakeQuantize(8);
        Assert.Equal(1f, packed.Scale);
        Assert.Equal(expected, packed.Packed.ToArray());
        Assert.Equal([.. expected.Select(value => (float)value)], rounded.ToArray());
    }

    [Fact]
    public void ZerosStayZeros()
    {
        using Tensor weights = Tensor.Zeros(device, new Shape(1, 1, 5, 7));
        for (int bits = 2; bits <= 8; bits++)
        {
            using QuantizedWeights packed = QuantizedWeights.From(weights, bits);
            using Tensor rounded = weights.FakeQuantize(bits);
            Assert.Equal(0f, packed.Scale);
            Assert.All(packed.Packed.ToArray(), value => Assert.Equal(0, value));
            Assert.All(rounded.ToArray(), value => Assert.Equal(0f, value));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void RefusesWeightsThatAreNotFinite(float bad)
    {
        foreach (int at in (int[])[0, 17, 99])
        {
            float[] values = Reals(100, 3);
            values[at] = bad;
            using Tensor weights = Tensor.From(device, new Shape(1, 1, 10, 10), values);
            Assert.Contains("NaN or infinite", Assert.Throws<ArgumentException>(() => QuantizedWeights.From(weights, 8)).Message);
        }

        Assert.Equal(0, device.Pool.BytesInUse);
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(-8)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public void RefusesOtherNumbersOfBits(int bits)
    {
        using Tensor weights = Tensor.From(device, new Shape(1, 1, 2, 2), [1, 2, 3, 4]);
        long inUse = device.Pool.BytesInUse;
        Assert.Throws<ArgumentOutOfRangeException>(() => QuantizedWeights.LevelsOf(bits));
        Assert.Throws<ArgumentOutOfRangeException>(() => QuantizedWeights.From(weights, bits));
        Assert.Throws<ArgumentOutOfRangeException>(() => weights.FakeQuantize(bits));
        Assert.Equal(inUse, device.Pool.BytesInUse);
    }

    [Fact]
    public void RefusesBytesThatDoNotFitTheShape()
    {
        using Storage<sbyte> bytes = device.Allocate<sbyte>(12);
        Assert.Throws<ShapeException>(() => new QuantizedWeights(new Shape(1, 1, 3, 5), bytes, 1, 8));
        Assert.Throws<ShapeException>(() => new QuantizedWeights(new Shape(3, 4), bytes, 1, 8));
    }

    [Fact]
    public void TheGradientPassesTheRounding()
    {
        using Tensor weights = Tensor.From(device, new Shape(5), [0.1f, -0.7f, 1, 0, 0.33f]).TrackGradient();
        using Tape tape = Tape.Start();
        using Tensor rounded = weights.FakeQuantize(3);
        using Tensor gradient = Tensor.From(device, new Shape(5), [1, 2, 3, 4, 5]);
        tape.Backward(rounded, gradient);
        Assert.Equal([1, 2, 3, 4, 5], weights.Gradient!.ToArray());
    }

    public void Dispose() => device.Dispose();

    private static float[] Reals(int count, ulong seed)
    {
        var random = new SplitMix64(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }
}
