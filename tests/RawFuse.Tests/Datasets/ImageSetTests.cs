using RawFuse.Datasets;

namespace RawFuse.Tests.Datasets;

public sealed class ImageSetTests
{
    private static readonly string[] TwoClasses = ["zero", "one"];

    [Fact]
    public void SubsetCopiesTheChosenImagesInOrder()
    {
        ImageSet set = Numbered(4);

        ImageSet subset = set.Subset([3, 0, 3]);

        Assert.Equal([1, 0, 1], subset.Labels);
        Assert.Equal(set.Image(3).ToArray(), subset.Image(0).ToArray());
        Assert.Equal(set.Image(0).ToArray(), subset.Image(1).ToArray());
        Assert.Equal(set.Image(3).ToArray(), subset.Image(2).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Subset([4]));
    }

    [Fact]
    public void TakeKeepsTheFirstImages()
    {
        ImageSet set = Numbered(4), first = set.Take(3);

        Assert.Equal(3, first.Count);
        Assert.Equal(set.Labels[..3], first.Labels);
        Assert.Equal(set.Pixels[..(3 * set.ImageBytes)], first.Pixels);
        Assert.Equal(0, set.Take(0).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Take(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Take(-1));
    }

    [Fact]
    public void SplitPutsImagesAsideByChance()
    {
        var set = new ImageSet("numbered", 1, 1, [.. Enumerable.Range(0, 300).Select(i => (byte)(i / 3))], new int[100], TwoClasses);
        (ImageSet others, ImageSet heldOut) = set.Split(20, seed: 3);
        byte[] First(ImageSet some) => [.. Enumerable.Range(0, some.Count).Select(i => some.Image(i)[0])];

        Assert.Equal((80, 20), (others.Count, heldOut.Count));
        Assert.Equal(First(set).Order(), First(others).Concat(First(heldOut)).Order());
        Assert.Equal(First(heldOut).Order(), First(heldOut));
        Assert.Equal(First(heldOut), First(set.Split(20, seed: 3).HeldOut));
        Assert.NotEqual(First(heldOut), First(set.Split(20, seed: 4).HeldOut));
        Assert.Equal(0, set.Split(100, seed: 1).Others.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Split(101, seed: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Split(-1, seed: 1));
    }

    [Fact]
    public void PixelsThatDoNotFitTheLabelsAreRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => new ImageSet("s", 2, 3, new byte[35], [0, 1], TwoClasses));

        Assert.Equal("pixels", error.ParamName);
        Assert.Contains("2 labels", error.Message);
        Assert.Contains("36 bytes, not 35", error.Message);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    public void LabelsOutsideTheClassesAreRefused(int label)
    {
        var error = Assert.Throws<ArgumentException>(() => new ImageSet("s", 1, 1, new byte[6], [0, label], TwoClasses));

        Assert.Contains($"Image 1 of set 's' has label {label}, outside 0..1", error.Message);
    }

    [Fact]
    public void EmptyDimensionsAndClassesAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageSet("s", 0, 1, [], [], TwoClasses));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageSet("s", 1, -1, [], [], TwoClasses));
        Assert.Throws<ArgumentException>(() => new ImageSet("s", 1, 1, [], [], []));
        Assert.Throws<ArgumentException>(() => new ImageSet(" ", 1, 1, [], [], TwoClasses));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void ImageRefusesAnIndexOutsideTheSet(int index) => Assert.Throws<ArgumentOutOfRangeException>(() => Numbered(4).Image(index).Length);

    private static ImageSet Numbered(int count) => new(
        "numbered", 2, 3, [.. Enumerable.Range(0, count * 18).Select(i => (byte)i)], [.. Enumerable.Range(0, count).Select(i => i % 2)], TwoClasses);
}
