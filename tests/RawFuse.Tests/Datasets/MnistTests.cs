using System.Buffers.Binary;
using System.IO.Compression;
using RawFuse.Datasets;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Datasets;

/// <summary>MNIST's files and, under the same names, Fashion-MNIST's.</summary>
public sealed class MnistTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GreyImagesBecomeRgbInABlackFrame(bool compressed)
    {
        byte[] grey = WriteImages("train", 3, compressed);
        WriteLabels("train", [7, 0, 9], compressed);

        ImageSet set = Mnist.LoadTrain(folder.Path), fashion = FashionMnist.LoadTrain(folder.Path);

        Assert.Equal(("mnist-train", 3, 32, 32, 10), (set.Name, set.Count, set.Height, set.Width, set.Classes));
        Assert.Equal([7, 0, 9], set.Labels);
        for (int image = 0; image < 3; image++)
        {
            for (int i = 0; i < 3072; i++)
            {
                (int x, int y) = ((i / 3 % 32) - 2, (i / 96) - 2);
                bool isInside = x is >= 0 and < 28 && y is >= 0 and < 28;
                Assert.Equal(isInside ? grey[(image * 784) + (y * 28) + x] : 0, set.Image(image)[i]);
            }
        }

        Assert.Equal(("fashion-mnist-train", "sneaker"), (fashion.Name, fashion.ClassNames[fashion.Labels[0]]));
        Assert.Equal(set.Pixels, fashion.Pixels);
    }

    [Fact]
    public void TheTestSetHasFilesOfItsOwn()
    {
        WriteImages("t10k", 1, compressed: true);
        WriteLabels("t10k", [4], compressed: false);

        Assert.Equal(("mnist-test", 4), (Mnist.LoadTest(folder.Path).Name, Mnist.LoadTest(folder.Path).Labels[0]));
        Assert.Equal("fashion-mnist-test", FashionMnist.LoadTest(folder.Path).Name);
        Refusal.Of(() => Mnist.LoadTrain(folder.Path), "MNIST file", "train-images-idx3-ubyte' does not exist", "train-images-idx3-ubyte.gz");
    }

    [Theory]
    [InlineData(0, 0x803, 2, 28, 28, "does not begin with the magic number 2051")]
    [InlineData(1567, 0x801, 2, 28, 28, "does not begin with the magic number 2051")]
    [InlineData(1568, 0x803, 2, 28, 29, "has 29 in dimension 3; expected 28")]
    [InlineData(1568, 0x803, 2, 0, 28, "has 0 in dimension 2; expected 28")]
    [InlineData(1567, 0x803, 2, 28, 28, "names 2 items and has 1567 bytes of them; expected one item or more, of 784 bytes each")]
    [InlineData(1569, 0x803, 2, 28, 28, "names 2 items and has 1569 bytes")]
    [InlineData(1568, 0x803, -1, 28, 28, "names 4294967295 items and has 1568 bytes")]
    [InlineData(0, 0x803, 0, 28, 28, "names 0 items")]
    public void BadImagesAreRefused(int bytes, int magic, int count, int height, int width, string part)
    {
        bool isEmpty = bytes == 0 && count > 0;
        Write("train-images-idx3-ubyte", isEmpty ? [] : [.. Numbers(magic, count, height, width), .. new byte[bytes]], compressed: false);
        WriteLabels("train", [1, 2], compressed: false);
        Refusal.Of(() => Mnist.LoadTrain(folder.Path), "MNIST file", "train-images-idx3-ubyte'", part);
    }

    [Fact]
    public void LabelsMustGoWithTheImages()
    {
        WriteImages("train", 2, compressed: false);
        WriteLabels("train", [1], compressed: false);
        Refusal.Of(() => Mnist.LoadTrain(folder.Path), "train-labels-idx1-ubyte' has 1 labels; expected 2");
        WriteLabels("train", [1, 10], compressed: false);
        Refusal.Of(() => Mnist.LoadTrain(folder.Path), "train-labels-idx1-ubyte' has label 10 at place 1", "expected 0..9");
        Write("train-labels-idx1-ubyte", [.. Numbers(0x803, 2), 1, 2], compressed: false);
        Refusal.Of(() => Mnist.LoadTrain(folder.Path), "does not begin with the magic number 2049; expected an idx file of bytes with 1 dimension,");
    }

    [Fact]
    public void DamagedAndEndlessArchivesAreRefused()
    {
        const string Name = "train-images-idx3-ubyte.gz";
        WriteImages("train", 2, compressed: true);
        byte[] good = File.ReadAllBytes(folder.File(Name));
        foreach (int length in (int[])[0, 5, 11, good.Length / 2, good.Length - 9])
        {
            folder.File(Name, good.AsSpan(0, length));
            Refusal.Of(() => Mnist.LoadTrain(folder.Path), Name);
        }

        folder.File(Name, "no archive"u8);
        Refusal.Of(() => Mnist.LoadTrain(folder.Path), $"{Name}' cannot be unpacked");

        // 300 MB of zeros take 300 KB.
        using (var file = new GZipStream(File.Create(folder.File(Name)), CompressionLevel.Fastest))
            for (int i = 0; i < 300; i++) file.Write(new byte[1 << 20]);
        Refusal.Of(() => Mnist.LoadTrain(folder.Path), $"{Name}' unpacks to more than 268435456 bytes");
    }

    private byte[] WriteImages(string prefix, int count, bool compressed)
    {
        var grey = new byte[count * 784];
        new Random(3).NextBytes(grey);
        Write($"{prefix}-images-idx3-ubyte", [.. Numbers(0x803, count, 28, 28), .. grey], compressed);
        return grey;
    }

    private void WriteLabels(string prefix, byte[] labels, bool compressed) => Write($"{prefix}-labels-idx1-ubyte", [.. Numbers(0x801, labels.Length), .. labels], compressed);

    private void Write(string name, byte[] content, bool compressed)
    {
        if (!compressed)
        {
            folder.File(name, content);
            return;
        }

        using var file = new GZipStream(File.Create(folder.File(name + ".gz")), CompressionLevel.Optimal);
        file.Write(content);
    }

    private static byte[] Numbers(params int[] numbers) => [.. numbers.SelectMany(number =>
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    })];
}
