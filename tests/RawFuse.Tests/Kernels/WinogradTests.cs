using RawFuse.KernelCases;
using RawFuse.Kernels;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Kernels;

/// <summary>
/// Winograd's minimal filtering over every remainder of tiles and channels, against the definition in double. On whole numbers F(2, 3) is exact;
/// F(4, 3) rounds. These tests also run with narrower vectors, see <see cref="SimdSwitchTests"/>.
/// </summary>
public sealed class WinogradTests : IDisposable
{
    /// <summary>Of the size of a sum's terms times the root of their number: float32's precision, times five for the transforms, times five for the worst of thousands.</summary>
    private const double ErrorBound = 25 * 6e-8;

    private readonly CpuDevice[] devices = [new(1), new(2), new(3)];

    public WinogradTests() => SimdSwitchTests.CheckVectors();

    [Theory]
    [MemberData(nameof(WinogradShapes.All), MemberType = typeof(WinogradShapes))]
    public void SmallTilesAreExactOnWholeNumbers(int height, int width, int ins, int outs, int padding) =>
        CheckPasses<WinogradF2, WinogradF2>(new Conv2dShape(6, height, width, ins, outs, 3, 3, 1, padding), TestData.Integers, _ => 0);

    [Theory]
    [MemberData(nameof(WinogradShapes.All), MemberType = typeof(WinogradShapes))]
    public void LargeTilesRoundLittle(int height, int width, int ins, int outs, int padding) =>
        CheckPasses<WinogradF4, WinogradF4>(new Conv2dShape(6, height, width, ins, outs, 3, 3, 1, padding), TestData.Reals, terms => ErrorBound * Math.Sqrt(terms));

    [Theory]
    [MemberData(nameof(WinogradShapes.All), MemberType = typeof(WinogradShapes))]
    public void EverySecondPixelRoundsLittle(int height, int width, int ins, int outs, int padding)
    {
        if (padding != 1) return;
        CheckPasses<WinogradStride2, WinogradStride2Gradient>(
            new Conv2dShape(6, height, width, ins, outs, 3, 3, 2, 1), TestData.Reals, terms => ErrorBound * Math.Sqrt(terms));
    }

    [Fact]
    public void RoundingErrorsAreSmall()
    {
        // What ConvolutionMode promises, for the longest sums of ResNet18.
        CheckErrors<WinogradF2>(stride: 1, ratio: 2);
        CheckErrors<WinogradF4>(stride: 1, ratio: 5);
        CheckErrors<WinogradStride2>(stride: 2, ratio: 5);
    }

    [Theory]
    [InlineData(16, 16, 64, 64, false, ConvAlgorithm.WinogradF4)]
    [InlineData(4, 4, 512, 512, true, ConvAlgorithm.WinogradF4)]
    [InlineData(2, 2, 512, 512, false, ConvAlgorithm.WinogradF2)]
    [InlineData(32, 32, 3, 64, false, ConvAlgorithm.Direct)]
    [InlineData(16, 16, 64, 128, false, ConvAlgorithm.WinogradStride2)]
    [InlineData(8, 8, 256, 512, true, ConvAlgorithm.WinogradStride2)]
    [InlineData(1, 1, 512, 512, false, ConvAlgorithm.Direct)]
    internal void LayersAreComputedTheFastestWay(int height, int width, int ins, int outs, bool inputGradient, ConvAlgorithm expected)
    {
        var shape = new Conv2dShape(1, height, width, ins, outs, 3, 3, expected == ConvAlgorithm.WinogradStride2 ? 2 : 1, 1);
        Assert.Equal(expected, ConvPlan.Choose(ConvolutionMode.Fast, shape, inputGradient));
        Assert.Equal(ConvAlgorithm.Direct, ConvPlan.Choose(ConvolutionMode.Direct, shape, inputGradient));
        Assert.Equal(
            expected switch { ConvAlgorithm.WinogradF4 => ConvAlgorithm.WinogradF2, ConvAlgorithm.WinogradStride2 => ConvAlgorithm.Direct, _ => expected }, ConvPlan.Choose(ConvolutionMode.Precise, shape, inputGradient));
    }

    public void Dispose()
    {
        foreach (CpuDevice device in devices) device.Dispose();
    }

    private void CheckErrors<TTile>(int stride, double ratio)
        where TTile : struct, IWinogradGradient
    {
        var shape = new Conv2dShape(1, 8, 8, 512, 16, 3, 3, stride, 1);
        var random = new Random(7);
        float[] x = TestData.Reals(random, shape.InputLength), w = TestData.Reals(random, shape.WeightLength);
        double[] exact = ConvolutionReference.Forward(shape, x, _ => w);
        double direct = Error(Run<TTile>(devices[0], shape, x, w, direct: true)), winograd = Error(Run<TTile>(devices[0], shape, x, w, direct: false));
        Assert.InRange(winograd, 0, 1e-6);
        Assert.InRange(winograd / direct, 0, ratio);

        double Error(float[] values) => Math.Sqrt(values.Zip(exact, (a, e) => (a - e) * (a - e)).Sum() / exact.Sum(e => e * e));
    }

    private static float[] Run<TTile>(CpuDevice device, Conv2dShape shape, float[] x, float[] w, bool direct)
        where TTile : struct, IWinogradGradient
    {
        using Storage<float> input = device.Allocate<float>(x), weights = device.Allocate<float>(w), output = device.Allocate<float>(shape.OutputLength);
        if (direct) GatherConvolution.Run(device, shape, ConvWeights.OfFloats(weights), null, input, output, default, inputGradient: false);
        else WinogradConvolution<TTile>.Run(device, shape, ConvWeights.OfFloats(weights), null, input, output, default, inputGradient: false);
        return output.ToArray();
    }

    /// <summary>The three passes, the first two with packed faulty weights in three sets, a full epilogue and factors of output channels, on 1 to 3 threads.</summary>
    private void CheckPasses<TTile, TGradientTile>(Conv2dShape shape, Func<Random, int, float[]> numbers, Func<int, double> errorOf)
        where TTile : struct, IWinogradGradient
        where TGradientTile : struct, IWinograd
    {
        const int sets = 3;
        var random = new Random(shape.GetHashCode());
        float[] x = numbers(random, shape.InputLength), dy = numbers(random, shape.OutputLength), residual = numbers(random, shape.OutputLength);
        float[] scale = numbers(random, shape.OutChannels), shift = numbers(random, shape.OutChannels);
        var packed = new sbyte[shape.WeightLength];
        for (int i = 0; i < packed.Length; i++) packed[i] = (sbyte)random.Next(-3, 4);
        var faults = new byte[sets * shape.WeightLength];
        for (int i = 0; i < faults.Length; i++) faults[i] = random.Next(5) == 0 ? (byte)random.Next(1, 4) : (byte)0;
        float[][] faulty = [.. Enumerable.Range(0, sets).Select(set => packed.Select((w, i) => (float)(sbyte)((byte)w ^ faults[(set * packed.Length) + i])).ToArray())];
        float[] WeightsOf(int image) => faulty[image / (shape.Images / sets)];

        double[] output = ConvolutionReference.Forward(shape, x, WeightsOf);
        for (int i = 0; i < output.Length; i++)
            output[i] = Math.Max(0, (output[i] * scale[i % scale.Length]) + shift[i % scale.Length] + residual[i]);
        double[] gradient = ConvolutionReference.InputGradient(shape, dy, WeightsOf, scale);
        double[] weightsGradient = ConvolutionReference.WeightGradient(shape, x, dy);
        double weightError = errorOf(shape.OutputLength / shape.OutChannels) * 6;
        double outputError = errorOf(9 * shape.InChannels) * 6, gradientError = errorOf(9 * shape.OutChannels) * 6;

        float[]? first = null, firstGradient = null, firstWeights = null;
        foreach (CpuDevice device in devices)
        {
            using Storage<float> input = device.Allocate<float>(x), outputGradient = device.Allocate<float>(dy), summand = device.Allocate<float>(residual);
            using Storage<float> factors = device.Allocate<float>(scale), shifts = device.Allocate<float>(shift);
            using Storage<sbyte> bytes = device.Allocate<sbyte>(packed);
            using Storage<byte> masks = device.Allocate<byte>(faults), open = device.Allocate<byte>(ConvEpilogue.MaskLength(shape.OutputLength / shape.OutChannels, shape.OutChannels));
            ConvWeights weights = ConvWeights.OfPacked(bytes, 1, masks, sets);

            using Storage<float> weightGradient = device.Allocate<float>(shape.WeightLength);
            WinogradWeightGradient<TTile>.Run(device, shape, input, outputGradient, weightGradient);
            AssertClose(weightsGradient, weightGradient.ToArray(), weightError);
            Assert.Equal(firstWeights ??= weightGradient.ToArray(), weightGradient.ToArray());

            using Storage<float> result = device.Allocate<float>(shape.OutputLength), inputGradient = device.Allocate<float>(shape.InputLength);
            WinogradConvolution<TTile>.Run(device, shape, weights, null, input, result, new ConvEpilogue(factors, shifts, summand, true, open), inputGradient: false);
            float[] values = result.ToArray();
            AssertClose(output, values, outputError);
            byte[] bits = open.ToArray();
            for (int i = 0; i < values.Length; i++)
                Assert.Equal(values[i] > 0, (bits[(i / shape.OutChannels * ((shape.OutChannels + 7) / 8)) + (i % shape.OutChannels / 8)] >> (i % shape.OutChannels % 8) & 1) != 0);
            WinogradConvolution<TGradientTile>.Run(device, shape, weights, factors, outputGradient, inputGradient, default, inputGradient: true);
            AssertClose(gradient, inputGradient.ToArray(), gradientError);

            Assert.Equal(first ??= values, values);
            Assert.Equal(firstGradient ??= inputGradient.ToArray(), inputGradient.ToArray());
        }
    }

    private static void AssertClose(double[] expected, float[] actual, double error)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(actual[i] - expected[i]) <= error * (1 + Math.Abs(expected[i])), $"Element {i} is {actual[i]}, expected {expected[i]} within {error}.");
    }
}
