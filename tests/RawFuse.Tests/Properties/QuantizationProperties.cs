using CsCheck;
using RawFuse.Kernels;

namespace RawFuse.Tests.Properties;

/// <summary>What symmetric quantization promises of any weights.</summary>
public sealed class QuantizationProperties
{
    private static readonly CpuDevice Device = new(2);

    private static readonly Gen<(float[] Weights, int Bits)> Cases = Gen.Select(Draw.Weight.Array[1, 200], Draw.Bits);

    /// <summary>No weight moves by more than half a step (and a rounding of the product).</summary>
    [Fact]
    public void AWeightMovesByHalfAStepAtMost() => Cases.Holds(one =>
    {
        (sbyte[] bytes, float scale) = Quantize(one.Weights, one.Bits);
        if (float.IsSubnormal(scale)) return;
        for (int i = 0; i < bytes.Length; i++)
        {
            double most = (0.5 * scale * (1 + 1e-6)) + float.Epsilon + (1e-6 * Math.Abs(one.Weights[i]));
            Assert.InRange(Math.Abs(((double)bytes[i] * scale) - one.Weights[i]), 0, most);
        }
    });

    /// <summary>
    /// The largest magnitude becomes the largest level and nothing exceeds it; where a step is 0 or subnormal, with too few digits to divide by, all weights
    /// are 0.
    /// </summary>
    [Fact]
    public void TheLargestWeightTakesTheLargestLevel() => Cases.Holds(one =>
    {
        int levels = QuantizedWeights.LevelsOf(one.Bits);
        (sbyte[] bytes, float scale) = Quantize(one.Weights, one.Bits);
        float largest = one.Weights.Max(Math.Abs);
        Assert.Equal(largest / levels, scale);
        if (scale == 0 || float.IsSubnormal(scale)) Assert.All(bytes, value => Assert.Equal(0, value));
        else Assert.Equal(levels, bytes.Max(value => Math.Abs((int)value)));
    });

    [Fact]
    public void SignsAreTreatedAlike() => Cases.Holds(one =>
    {
        sbyte[] bytes = Quantize(one.Weights, one.Bits).Bytes, mirrored = Quantize(Array.ConvertAll(one.Weights, weight => -weight), one.Bits).Bytes;
        Assert.Equal(bytes, Array.ConvertAll(mirrored, value => (sbyte)-value));
    });

    /// <summary>A power of two changes no digit, only the step.</summary>
    [Fact]
    public void PowersOfTwoChangeTheStepAlone() => Gen.Select(Gen.Float[-1f, 1f].Array[1, 100], Draw.Bits, Gen.Int[-10, 10]).Holds(one =>
    {
        (float[] weights, int bits, int exponent) = one;
        (sbyte[] bytes, float scale) = Quantize(weights, bits);
        if (scale < 1e-30f) return;
        (sbyte[] scaled, float scaledStep) = Quantize(Array.ConvertAll(weights, weight => MathF.ScaleB(weight, exponent)), bits);
        Assert.Equal(bytes, scaled);
        Assert.Equal(MathF.ScaleB(scale, exponent), scaledStep);
    });

    /// <summary>Where a weight stands does not matter: vectors and remainders round alike.</summary>
    [Fact]
    public void TheOrderOfWeightsDoesNotMatter() => Cases.Holds(one =>
    {
        sbyte[] bytes = Quantize(one.Weights, one.Bits).Bytes;
        Array.Reverse(one.Weights);
        sbyte[] reversed = Quantize(one.Weights, one.Bits).Bytes;
        Array.Reverse(reversed);
        Assert.Equal(bytes, reversed);
    });

    /// <summary>The rounding that training sees is the one that the memory holds.</summary>
    [Fact]
    public void TrainingSeesWhatIsStored() => Cases.Holds(one =>
    {
        (sbyte[] bytes, float scale) = Quantize(one.Weights, one.Bits);
        using Tensor weights = Tensor.From(Device, new Shape(1, 1, 1, one.Weights.Length), one.Weights);
        using Tensor rounded = weights.FakeQuantize(one.Bits);
        Assert.Equal(Array.ConvertAll(bytes, value => value * scale), rounded.ToArray());
    });

    private static (sbyte[] Bytes, float Scale) Quantize(float[] weights, int bits)
    {
        using Tensor tensor = Tensor.From(Device, new Shape(1, 1, 1, weights.Length), weights);
        using QuantizedWeights quantized = QuantizedWeights.From(tensor, bits);
        return (quantized.Packed.ToArray(), quantized.Scale);
    }
}
