using RawFuse.NeuralFuse.Energy;

namespace RawFuse.Tests.Energy;

public sealed class ArrayLayerTests
{
    [Theory]
    [InlineData(34, 3, 1, 32, 32)]
    [InlineData(34, 3, 2, 17, 16)] // ResNet18's layer2.0.conv1: the paper counts 17 rows, the network has 16
    [InlineData(32, 1, 2, 17, 16)]
    [InlineData(5, 5, 1, 1, 1)]
    [InlineData(5, 5, 7, 1, 1)]
    [InlineData(6, 5, 7, 2, 1)]
    [InlineData(7, 3, 2, 3, 3)]
    [InlineData(int.MaxValue, 1, 1, int.MaxValue, int.MaxValue)]
    [InlineData(int.MaxValue, 1, int.MaxValue, 2, 1)]
    public void OfmapSizeFollowsTheRounding(int ifmap, int filter, int stride, int ceiling, int floor)
    {
        Assert.Equal(ceiling, Square(OfmapRounding.Ceiling).OfmapHeight);
        Assert.Equal(ceiling, Square(OfmapRounding.Ceiling).OfmapWidth);
        Assert.Equal(floor, Square(OfmapRounding.Floor).OfmapHeight);
        Assert.Equal(floor, Square(OfmapRounding.Floor).OfmapWidth);
        Assert.Equal((long)floor * floor, Square(OfmapRounding.Floor).OfmapPixels);

        ArrayLayer Square(OfmapRounding rounding) => new("layer", ifmap, ifmap, filter, filter, 1, 1, stride, rounding);
    }

    [Fact]
    public void AxesAreIndependent()
    {
        var layer = new ArrayLayer("layer", 6, 8, 2, 5, 6, 27, strideHeight: 3, strideWidth: 2);

        Assert.Equal(3, layer.OfmapHeight);
        Assert.Equal(3, layer.OfmapWidth);
        Assert.Equal(9, layer.OfmapPixels);
        Assert.Equal(60, layer.FilterSize);
    }

    [Fact]
    public void LinearIsOnePixel()
    {
        Assert.Equal(new ArrayLayer("linear", 1, 1, 1, 1, 512, 10, 1), ArrayLayer.Linear("linear", 512, 10));
    }

    [Fact]
    public void FilterSizeBeyond64BitsOverflows()
    {
        var layer = new ArrayLayer("layer", int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, 1, 1);

        Assert.Throws<OverflowException>(() => layer.FilterSize);
    }

    [Theory]
    [InlineData("ifmapHeight", 0, 4, 3, 3, 1, 1, 1, 1)]
    [InlineData("ifmapWidth", 4, -1, 3, 3, 1, 1, 1, 1)]
    [InlineData("filterHeight", 4, 4, 0, 3, 1, 1, 1, 1)]
    [InlineData("filterHeight", 4, 4, 5, 3, 1, 1, 1, 1)]
    [InlineData("filterWidth", 4, 4, 3, 0, 1, 1, 1, 1)]
    [InlineData("filterWidth", 4, 4, 3, 5, 1, 1, 1, 1)]
    [InlineData("channels", 4, 4, 3, 3, 0, 1, 1, 1)]
    [InlineData("filters", 4, 4, 3, 3, 1, 0, 1, 1)]
    [InlineData("strideHeight", 4, 4, 3, 3, 1, 1, 0, 1)]
    [InlineData("strideWidth", 4, 4, 3, 3, 1, 1, 1, int.MinValue)]
    public void SizesOutOfRangeAreRefusedByName(string parameter, int h, int w, int r, int s, int channels, int filters, int strideHeight, int strideWidth)
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            parameter, () => new ArrayLayer("layer", h, w, r, s, channels, filters, strideHeight, strideWidth));
    }

    [Fact]
    public void BlankNameAndUnknownRoundingAreRefused()
    {
        Assert.Throws<ArgumentException>("name", () => new ArrayLayer(" ", 4, 4, 3, 3, 1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>("rounding", () => new ArrayLayer("layer", 4, 4, 3, 3, 1, 1, 1, (OfmapRounding)2));
    }
}
