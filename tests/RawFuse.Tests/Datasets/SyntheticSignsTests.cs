using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RawFuse.Datasets;
using Xunit.Abstractions;

namespace RawFuse.Tests.Datasets;

public sealed class SyntheticSignsTests(ITestOutputHelper output)
{
    // SHA-256 of the labels (int32, little endian) and then the pixels, recorded from this generator on x64; the same with every SIMD extension off.
    // It guards published results: a change of the pictures has to be meant, and noted in the change log.
    private const string Golden64ImagesOfSeed7 = "a27086458a7082034468c9eaec107f7b8f2b91195b0039084c5d9b2cc503b5f1";

    [Fact]
    public void PicturesAreTheRecordedOnes() => Assert.Equal(Golden64ImagesOfSeed7, Hash(SyntheticSigns.Generate(64, 7)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(-1)]
    public void ThreadsDoNotChangeThePictures(int maxThreads) =>
        Assert.Equal(Hash(SyntheticSigns.Generate(100, 3)), Hash(SyntheticSigns.Generate(100, 3, maxThreads: maxThreads)));

    [Fact]
    public void ASmallerSetIsTheBeginningOfALargerOne() =>
        Assert.Equal(Hash(SyntheticSigns.Generate(37, 3)), Hash(SyntheticSigns.Generate(100, 3).Take(37)));

    [Theory]
    [InlineData(16)]
    [InlineData(1000)]
    public void ClassesAreBalanced(int count)
    {
        ImageSet set = SyntheticSigns.Train(count, 5);

        int[] perClass = [.. Enumerable.Range(0, set.Classes).Select(c => set.Labels.Count(label => label == c))];

        Assert.Equal(16, set.Classes);
        Assert.InRange(perClass.Max() - perClass.Min(), 0, 1);
    }

    [Fact]
    public void TrainAndTestShareNoPicture()
    {
        ImageSet train = SyntheticSigns.Train(500, 1), test = SyntheticSigns.Test(500, 1), otherSeed = SyntheticSigns.Train(500, 2);

        IEnumerable<string> pictures = new[] { train, test, otherSeed }
            .SelectMany(set => Enumerable.Range(0, set.Count).Select(i => Convert.ToHexString(SHA256.HashData(set.Image(i)))));

        Assert.Equal(1500, pictures.Distinct().Count());
        Assert.Equal(Hash(train), Hash(SyntheticSigns.Generate(500, 1, stream: 0)));
        Assert.Equal(Hash(test), Hash(SyntheticSigns.Generate(500, 1, stream: 1)));
    }

    [Fact]
    public void BadArgumentsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SyntheticSigns.Generate(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SyntheticSigns.Generate(1, 1, maxThreads: 0));
        Assert.Equal(0, SyntheticSigns.Generate(0, 1).Count);
    }

    /// <summary>The set must need more than colours and templates, or it shows nothing about deep networks.</summary>
    [Fact]
    public void ALinearClassifierLearnsButIsNotEnough()
    {
        ImageSet train = SyntheticSigns.Train(6000, 1), test = SyntheticSigns.Test(1600, 1);
        var classifier = new SoftmaxRegression(train);

        classifier.Train(train, epochs: 40, learningRate: 0.002f, l2: 0.01f);

        double accuracy = classifier.Accuracy(test);
        output.WriteLine($"train {classifier.Accuracy(train):F1} %, test {accuracy:F1} %");
        Assert.InRange(accuracy, 2 * 100.0 / train.Classes, 80);
    }

    private static string Hash(ImageSet set) =>
        Convert.ToHexStringLower(SHA256.HashData([.. MemoryMarshal.AsBytes(set.Labels.AsSpan()), .. set.Pixels]));
}
