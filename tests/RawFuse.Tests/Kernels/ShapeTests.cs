using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>What shapes compute and what they refuse.</summary>
public sealed class ShapeTests
{
    [Theory]
    [InlineData(32, 3, 1, 1, 32)]
    [InlineData(32, 3, 2, 1, 16)]
    [InlineData(32, 1, 2, 0, 16)]
    [InlineData(7, 3, 3, 0, 2)]
    [InlineData(1, 7, 1, 3, 1)]
    public void ConvolutionOutputSizeIsRoundedDown(int size, int kernel, int stride, int padding, int expected) =>
        Assert.Equal(expected, new Conv2dShape(1, size, size, 1, 1, kernel, kernel, stride, padding).OutHeight);

    [Theory]
    [InlineData(4, 4, 2, 1, 8)]
    [InlineData(5, 2, 2, 0, 10)]
    [InlineData(3, 3, 1, 1, 3)]
    public void TransposedConvolutionIsTheGradientOfOneWithItsOutputAsInput(int size, int kernel, int stride, int padding, int expected)
    {
        Conv2dShape shape = Conv2dShape.Transposed(2, size, size, 3, 5, kernel, kernel, stride, padding);
        Assert.Equal((expected, expected, 5), (shape.InHeight, shape.InWidth, shape.InChannels));
        Assert.Equal((size, size, 3), (shape.OutHeight, shape.OutWidth, shape.OutChannels));
    }

    [Fact]
    public void ConvolutionCountsItsMultiplyAdds() => Assert.Equal(25L * 1024 * 64 * 9 * 64, new Conv2dShape(25, 32, 32, 64, 64, 3, 3, 1, 1).Macs);

    [Theory]
    [InlineData(-1, 4, 4, 1, 1, 3, 1, 0)]
    [InlineData(1, 0, 4, 1, 1, 3, 1, 0)]
    [InlineData(1, 4, 4, 0, 1, 3, 1, 0)]
    [InlineData(1, 4, 4, 1, 0, 3, 1, 0)]
    [InlineData(1, 4, 4, 1, 1, 0, 1, 0)]
    [InlineData(1, 4, 4, 1, 1, 3, 0, 0)]
    [InlineData(1, 4, 4, 1, 1, 3, 1, -1)]
    [InlineData(1, 2, 4, 1, 1, 3, 1, 0)]
    public void ConvolutionRefusesImpossibleSizes(int images, int height, int width, int ins, int outs, int kernel, int stride, int padding) =>
        Assert.Throws<ArgumentException>(() => new Conv2dShape(images, height, width, ins, outs, kernel, kernel, stride, padding));

    [Theory]
    [InlineData(112, 3, 2, 1, 56)]
    [InlineData(7, 3, 2, 1, 4)]
    [InlineData(8, 2, 2, 0, 4)]
    [InlineData(9, 2, 2, 0, 4)]
    [InlineData(1, 3, 2, 1, 1)]
    public void PoolingOutputSizeIsRoundedDown(int size, int window, int stride, int padding, int expected) =>
        Assert.Equal(expected, new PoolShape(1, size, size, 1, window, stride, padding).OutHeight);

    [Theory]
    [InlineData(-1, 4, 1, 2, 2, 0)]
    [InlineData(1, 0, 1, 1, 1, 0)]
    [InlineData(1, 4, 0, 2, 2, 0)]
    [InlineData(1, 4, 1, 0, 2, 0)]
    [InlineData(1, 4, 1, 2, 0, 0)]
    [InlineData(1, 4, 1, 5, 1, 0)]
    [InlineData(1, 4, 1, 3, 1, -1)]
    [InlineData(1, 4, 1, 3, 1, 2)]
    [InlineData(1, 1, 1, 4, 1, 1)]
    public void PoolingRefusesImpossibleSizes(int images, int size, int channels, int window, int stride, int padding) =>
        Assert.Throws<ArgumentException>(() => new PoolShape(images, size, size, channels, window, stride, padding));

    [Fact]
    public void MeansTakeNoPadding()
    {
        using var device = new CpuDevice(1);
        var shape = new PoolShape(1, 4, 4, 1, 3, 1, 1);
        using Storage<float> input = device.Allocate<float>(shape.InputLength), output = device.Allocate<float>(shape.OutputLength);
        var args = new AveragePool2dArgs(shape, input, output);
        Assert.Contains("padding", Assert.Throws<ArgumentException>(() => device.Run<AveragePool2d, AveragePool2dArgs>(in args)).Message);
        Assert.Contains("padding", Assert.Throws<ArgumentException>(() => device.Run<AveragePool2dGradient, AveragePool2dArgs>(in args)).Message);
    }

    [Fact]
    public void PositionsOfAMaximumMustFitAByte()
    {
        using var device = new CpuDevice(1);
        var shape = new PoolShape(1, 17, 17, 1, 17, 1);
        using Storage<float> input = device.Allocate<float>(shape.InputLength), output = device.Allocate<float>(1);
        using Storage<byte> positions = device.Allocate<byte>(1);
        var args = new MaxPool2dArgs(shape, input, output, positions);
        Assert.Contains("15x15", Assert.Throws<ArgumentException>(() => device.Run<MaxPool2d, MaxPool2dArgs>(in args)).Message);
    }

    [Theory]
    [InlineData(17, 18, 1, "17 weights, but the shape has 18")]
    [InlineData(18, 53, 3, "mask of 53 bytes for 3 sets of 18")]
    [InlineData(18, 36, 2, "3 images cannot be shared equally by 2 sets")]
    public void ConvolutionRefusesWeightsThatDoNotFit(int weights, int faults, int sets, string message)
    {
        using var device = new CpuDevice(1);
        var shape = new Conv2dShape(3, 3, 3, 1, 2, 3, 3);
        using Storage<float> input = device.Allocate<float>(shape.InputLength), output = device.Allocate<float>(shape.OutputLength);
        using Storage<sbyte> packed = device.Allocate<sbyte>(weights);
        using Storage<byte> mask = device.Allocate<byte>(faults);
        ConvWeights set = ConvWeights.OfPacked(packed, 1, mask, sets);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => device.Run<Conv2dForward, Conv2dForwardArgs>(new(shape, input, set, output))).Message);
        Assert.Contains(
            message, Assert.Throws<ArgumentException>(() => device.Run<Conv2dInputGradient, Conv2dInputGradientArgs>(new(shape, output, set, input))).Message);
    }
}
