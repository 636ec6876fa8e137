using RawFuse.Datasets;

namespace RawFuse.Tests.Datasets;

/// <summary>Resizing against the definition in double: every source pixel under a triangle as wide as the reduction.</summary>
public sealed class ImageResizeTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(15, 17)]
    [InlineData(32, 32)]
    [InlineData(33, 31)]
    [InlineData(64, 200)]
    [InlineData(243, 225)]
    public void SquashingIsTheNaiveReferences(int width, int height)
    {
        RgbImage image = Noise(width, height);

        byte[] result = ImageResize.Squash(image, 32);

        AssertClose((x, y, channel) => Naive(image, 32, 32, x, y, channel), result, 32);
    }

    [Theory]
    [InlineData(24, 24)]
    [InlineData(1, 300)]
    [InlineData(50, 31)]
    [InlineData(37, 100)]
    [InlineData(500, 25)]
    public void TheMiddleIsThatOfTheWholeResizedPicture(int width, int height)
    {
        const int Side = 24;
        RgbImage image = Noise(width, height);
        int shorter = Math.Min(width, height), wide = Side * width / shorter, high = Side * height / shorter;
        int left = (int)Math.Round((wide - Side) / 2.0), top = (int)Math.Round((high - Side) / 2.0);

        byte[] result = ImageResize.CropCenter(image, Side);

        AssertClose((x, y, channel) => Naive(image, wide, high, x + left, y + top, channel), result, Side);
    }

    [Fact]
    public void AnImageOfTheSizeStaysAsItIsAndALongOneTakesLittleMemory()
    {
        RgbImage image = Noise(32, 32);
        Assert.Equal(image.Pixels, ImageResize.Squash(image, 32));
        Assert.Equal(image.Pixels, ImageResize.CropCenter(image, 32));

        var white = new RgbImage(65_535, 1, [.. Enumerable.Repeat(byte.MaxValue, 65_535 * 3)]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        byte[] middle = ImageResize.CropCenter(white, 224), whole = ImageResize.Squash(white, 224);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 << 20);
        Assert.Equal(-1, middle.AsSpan().IndexOfAnyExcept(byte.MaxValue));
        Assert.Equal(-1, whole.AsSpan().IndexOfAnyExcept(byte.MaxValue));
    }

    /// <summary>Float32 sums may fall on the other side of a half.</summary>
    private static void AssertClose(Func<int, int, int, double> expected, byte[] result, int side)
    {
        Assert.Equal(side * side * 3, result.Length);
        for (int i = 0; i < result.Length; i++)
            Assert.InRange(result[i] - expected(i / 3 % side, i / 3 / side, i % 3), -0.501, 0.501);
    }

    private static double Naive(RgbImage image, int width, int height, int x, int y, int channel)
    {
        double sum = 0, weights = 0;
        for (int v = 0; v < image.Height; v++)
        {
            double down = Weight(v, y, (double)image.Height / height);
            for (int u = 0; u < image.Width && down > 0; u++)
            {
                double weight = down * Weight(u, x, (double)image.Width / width);
                sum += weight * image.Pixels[(((v * image.Width) + u) * 3) + channel];
                weights += weight;
            }
        }

        return sum / weights;
    }

    private static double Weight(int source, int pixel, double scale) => Math.Max(0, 1 - (Math.Abs(source + 0.5 - ((pixel + 0.5) * scale)) / Math.Max(scale, 1)));

    private static RgbImage Noise(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(5).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }
}
