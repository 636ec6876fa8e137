using RawFuse.Kernels;
using static RawFuse.KernelCases.Int8Cases;

namespace RawFuse.Tests.Kernels;

/// <summary>
/// Integer convolutions by every way, whatever would be chosen: each must give the exact sums, over every remainder of tiles and channels, with the largest inputs and weights
/// there are, on 1 to 3 threads. These tests also run with narrower vectors, see <see cref="SimdSwitchTests"/>.
/// </summary>
public sealed class Int8WinogradTests : IDisposable
{
    private readonly CpuDevice[] devices = [new(1), new(2), new(3)];

    public Int8WinogradTests() => SimdSwitchTests.CheckVectors();

    [Theory]
    [MemberData(nameof(WinogradShapes.All), MemberType = typeof(WinogradShapes))]
    public void EveryWayIsExact(int height, int width, int ins, int outs, int padding)
    {
        var shape = new Conv2dShape(6, height, width, ins, outs, 3, 3, 1, padding);
        Check(shape, isSigned: false, Extreme.None);
        Check(shape, isSigned: true, Extreme.None);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(113, false)]
    [InlineData(114, false)]
    [InlineData(115, false)]
    [InlineData(227, true)]
    [InlineData(228, true)]
    [InlineData(520, false)]
    [InlineData(520, true)]
    public void TheLargestNumbersAreExact(int channels, bool isSigned)
    {
        foreach (Extreme extreme in (Extreme[])[Extreme.Highest, Extreme.Lowest, Extreme.Alternating, Extreme.Mixed])
            Check(new Conv2dShape(3, 6, 5, channels, 9, 3, 3, 1, 1), isSigned, extreme);
    }

    [Fact]
    public void SlicesKeepResultsWithinTheirBits()
    {
        // 9 * 114 * 128 * 255 < 2^25 < 9 * 116 * 128 * 255, and 2^29 for the smaller tiles.
        Assert.Equal([1, 2, 5], new[] { 114, 115, 512 }.Select(channels => Int8Winograd<IntegerWinogradF4>.Slices(channels, 255)));
        Assert.Equal([1, 2, 3], new[] { 226, 228, 512 }.Select(channels => Int8Winograd<IntegerWinogradF4>.Slices(channels, 128)));
        Assert.Equal([1, 2], new[] { 1826, 1828 }.Select(channels => Int8Winograd<IntegerWinogradF2>.Slices(channels, 255)));
    }

    [Theory]
    [InlineData(25, 32, 64, 64, ConvAlgorithm.WinogradF4)]
    [InlineData(25, 4, 512, 512, ConvAlgorithm.WinogradF4)]
    [InlineData(25, 2, 512, 512, ConvAlgorithm.WinogradF2)]
    [InlineData(1, 8, 256, 256, ConvAlgorithm.WinogradF2)]
    [InlineData(1, 2, 512, 512, ConvAlgorithm.Direct)]
    [InlineData(25, 1, 512, 512, ConvAlgorithm.Direct)]
    internal void LayersAreComputedTheFastestWay(int images, int size, int ins, int outs, ConvAlgorithm expected)
    {
        using Storage<byte> bytes = devices[0].Allocate<byte>(1);
        using Storage<sbyte> packed = devices[0].Allocate<sbyte>(1);
        var shape = new Conv2dShape(images, size, size, ins, outs, 3, 3, 1, 1);
        Assert.Equal(expected, Int8Plan.Choose(new(shape, new ByteValues(bytes, IsSigned: false), ConvWeights.OfPacked(packed, 1), default, null, null)));
    }

    public void Dispose()
    {
        foreach (CpuDevice device in devices) device.Dispose();
    }

    private void Check(Conv2dShape shape, bool isSigned, Extreme extreme)
    {
        const int sets = 3;
        var random = new Random(shape.GetHashCode());
        byte[] x = Inputs(random, shape.InputLength, isSigned, extreme), faults = new byte[sets * shape.WeightLength];
        sbyte[] w = Weights(random, shape.WeightLength, extreme);
        for (int i = 0; i < faults.Length && extreme == Extreme.None; i++) faults[i] = random.Next(5) == 0 ? (byte)random.Next(256) : (byte)0;
        float[] expected = [.. Sums(shape, x, isSigned, w, faults, sets).Select(sum => (float)sum)];
        foreach (CpuDevice device in devices)
        {
            using Storage<byte> input = device.Allocate<byte>(x), masks = device.Allocate<byte>(faults);
            using Storage<sbyte> packed = device.Allocate<sbyte>(w);
            using Storage<float> ones = device.Allocate<float>([.. Enumerable.Repeat(1f, shape.OutChannels)]), zeros = device.Allocate<float>(new float[shape.OutChannels]);
            using Storage<float> output = device.Allocate<float>(shape.OutputLength);
            var args = new Conv2dInt8Args(shape, new ByteValues(input, isSigned), ConvWeights.OfPacked(packed, 1, masks, sets), new Int8Epilogue(ones, zeros), null, output);
            Action[] ways =
                [() => Int8Direct.Run(device, args), () => Int8Winograd<IntegerWinogradF2>.Run(device, args), () => Int8Winograd<IntegerWinogradF4>.Run(device, args)];
            foreach (Action way in ways)
            {
                device.Span(output).Fill(float.NaN);
                way();
                Assert.Equal(expected, output.ToArray());
            }
        }
    }
}
