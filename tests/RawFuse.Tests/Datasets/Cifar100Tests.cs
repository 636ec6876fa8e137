using RawFuse.Datasets;
using RawFuse.Tests.Serialization;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Datasets;

public sealed class Cifar100Tests : IDisposable
{
    private const int RecordBytes = 3074;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(Cifar100Labels.Fine, 100, new[] { 99, 0 }, "worm")]
    [InlineData(Cifar100Labels.Coarse, 20, new[] { 19, 4 }, "vehicles_2")]
    public void RecordsHaveTwoLabels(Cifar100Labels labels, int classes, int[] expected, string first)
    {
        byte[] file = Records((19, 99), (4, 0));
        folder.File("train.bin", file);

        ImageSet set = Cifar100.LoadTrain(folder.Path, labels);

        Assert.Equal((2, 32, 32, classes), (set.Count, set.Height, set.Width, set.Classes));
        Assert.Equal(expected, set.Labels);
        Assert.Equal(first, set.ClassNames[set.Labels[0]]);
        Assert.Equal(classes, set.ClassNames.Distinct().Count());
        for (int image = 0; image < 2; image++)
            for (int i = 0; i < 3072; i++)
                Assert.Equal(file[(image * RecordBytes) + 2 + (i % 3 * 1024) + (i / 3)], set.Image(image)[i]);
    }

    [Fact]
    public void BadFilesAreRefused()
    {
        Refusal.Of(() => Cifar100.LoadTest(folder.Path), "CIFAR-100 file", "test.bin' does not exist", "3074-byte records");
        folder.File("test.bin", new byte[3073]);
        Refusal.Of(() => Cifar100.LoadTest(folder.Path), "test.bin' has 3073 bytes", "3074 bytes (2 labels, 3072 pixels)");
        folder.File("test.bin", Records((1, 1), (20, 1)));
        Refusal.Of(() => Cifar100.LoadTest(folder.Path), "coarse label 20 in record 1", "expected 0..19");
        folder.File("test.bin", Records((1, 100)));
        Refusal.Of(() => Cifar100.LoadTest(folder.Path, Cifar100Labels.Coarse), "fine label 100 in record 0", "expected 0..99");
    }

    /// <summary>A fine class belongs to one superclass, and the names of both agree.</summary>
    [RequiresDataFact("cifar100", "test.bin")]
    public void EveryFineLabelHasOneCoarseLabel()
    {
        string data = RequiresDataFactAttribute.Folder("cifar100", "test.bin");
        ImageSet fine = Cifar100.LoadTest(data), coarse = Cifar100.LoadTest(data, Cifar100Labels.Coarse);

        (string Fine, string Coarse)[] pairs = [.. fine.Labels.Zip(coarse.Labels, (f, c) => (fine.ClassNames[f], coarse.ClassNames[c])).Distinct()];

        Assert.Equal(fine.Labels.Distinct().Count(), pairs.Length);
        Assert.Equal(fine.Pixels, coarse.Pixels);
        Assert.Contains(("mountain", "large_natural_outdoor_scenes"), pairs);
        Assert.Contains(("seal", "aquatic_mammals"), pairs);
        Assert.Contains(("mushroom", "fruit_and_vegetables"), pairs);
    }

    private static byte[] Records(params (int Coarse, int Fine)[] labels)
    {
        var content = new byte[labels.Length * RecordBytes];
        new Random(1).NextBytes(content);
        for (int i = 0; i < labels.Length; i++) (content[i * RecordBytes], content[(i * RecordBytes) + 1]) = ((byte)labels[i].Coarse, (byte)labels[i].Fine);
        return content;
    }
}
