using System.IO.Compression;
using RawFuse.Cli.Output;
using RawFuse.Datasets;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Cli;

/// <summary>Sheets of images.</summary>
[Collection(Tool.Collection)]
public sealed class DataShowTests : IDisposable
{
    private static readonly byte[] Signature = [0x89, .. "PNG\r\n\u001a\n"u8];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 3, 2)]
    [InlineData(9, 3, 3)]
    [InlineData(12, 4, 3)]
    public void ImagesStandInRowsWithAGapAround(int count, int columns, int rows)
    {
        ImageSet images = Numbered(12);

        var sheet = ContactSheet.Of(images, count, seed: 3, Augmentation.None);

        // 4x6 images, enlarged 16 times.
        Assert.Equal((columns, 2 + columns * (96 + 2), 2 + rows * (64 + 2)), (sheet.Columns, sheet.Width, sheet.Height));
        Assert.Equal(count, sheet.Labels.Length);
        var expected = new byte[sheet.Width * sheet.Height * 3];
        expected.AsSpan().Fill(255);
        for (int i = 0; i < count; i++)
        {
            // Every image has a class of its own here.
            ReadOnlySpan<byte> image = images.Image(sheet.Labels[i]);
            for (int y = 0; y < 64; y++)
                for (int x = 0; x < 96; x++)
                    image.Slice((y / 16 * 6 + x / 16) * 3, 3).CopyTo(expected.AsSpan(((2 + i / columns * 66 + y) * sheet.Width + 2 + i % columns * 98 + x) * 3));
        }

        Assert.True(expected.AsSpan().SequenceEqual(sheet.Pixels));
    }

    [Fact]
    public void AugmentedImagesAreThoseOfTraining()
    {
        ImageSet images = Numbered(12);
        var loader = new BatchLoader(images, 12, seed: 3, Augmentation.Cifar);
        var batch = new float[12 * images.ImageBytes];
        var labels = new int[12];
        loader.Fill(loader.Batches(0).First().Span, 0, batch, labels);

        var sheet = ContactSheet.Of(images, 12, seed: 3, Augmentation.Cifar);

        Assert.Equal(labels, sheet.Labels);
        int corner = (2 * sheet.Width + 2) * 3;
        for (int channel = 0; channel < 3; channel++) Assert.Equal(batch[channel], sheet.Pixels[corner + channel] / 127.5f - 1, 1e-6f);
        Assert.False(sheet.Pixels.SequenceEqual(ContactSheet.Of(images, 12, seed: 3, Augmentation.None).Pixels));
    }

    [Fact]
    public void MoreThanThereAreIsAll() => Assert.Equal(Enumerable.Range(0, 4), ContactSheet.Of(Numbered(4), 64, 1, Augmentation.None).Labels.Order());

    [Fact]
    public void TheFileIsThePictureAndTheTableItsClasses()
    {
        string output = Tool.Succeed(folder, "data show signs --split test --count 6 --seed 7 --out @sheet.png");

        var sheet = ContactSheet.Of(SyntheticSigns.Test(1000, 1), 6, 7, Augmentation.None);
        (int width, int height, byte[] pixels) = ReadPng(folder.File("sheet.png"));
        Assert.Equal((sheet.Width, sheet.Height), (width, height));
        Assert.True(sheet.Pixels.SequenceEqual(pixels));
        Assert.Contains("6 of 1000 images of signs-test", output);
        string text = string.Concat(output.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
        foreach (int[] row in sheet.Labels.Chunk(sheet.Columns))
            Assert.Contains(string.Join('|', row.Select(label => $"{label}{SyntheticSigns.ClassNames[label].Replace(" ", "")}")), text);
        Assert.Equal(["sheet.png"], folder.Names);
    }

    [Fact]
    public void EqualSeedsGiveEqualFiles()
    {
        foreach (string name in (string[])["a", "b"]) Tool.Succeed(folder, $"data show signs --split test --count 4 --augmented --seed 2 --out @{name}");
        Tool.Succeed(folder, "data show signs --split test --count 4 --augmented --seed 3 --out @c");

        Assert.Equal(File.ReadAllBytes(folder.File("a")), File.ReadAllBytes(folder.File("b")));
        Assert.NotEqual(File.ReadAllBytes(folder.File("a")), File.ReadAllBytes(folder.File("c")));
    }

    private static ImageSet Numbered(int count)
    {
        var pixels = new byte[count * 4 * 6 * 3];
        new Random(1).NextBytes(pixels);
        return new ImageSet("numbered", 4, 6, pixels, [.. Enumerable.Range(0, count)], [.. Enumerable.Range(0, 12).Select(i => $"{i}")]);
    }

    /// <summary>An 8-bit RGB picture; written for this test, so that the writer is not its own judge. The format: https://www.w3.org/TR/png-3/.</summary>
    private static (int Width, int Height, byte[] Pixels) ReadPng(string path)
    {
        ReadOnlySpan<byte> file = File.ReadAllBytes(path);
        Assert.True(file.StartsWith(Signature));
        int width = 0, height = 0;
        using var compressed = new MemoryStream();
        for (int at = Signature.Length; at < file.Length;)
        {
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            ReadOnlySpan<byte> type = file.Slice(at + 4, 4), data = file.Slice(at + 8, length);
            if (type.SequenceEqual("IHDR"u8))
            {
                width = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(data);
                height = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(data[4..]);
                Assert.Equal([8, 2, 0, 0, 0], data[8..].ToArray());
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                compressed.Write(data);
            }

            at += length + 12;
        }

        compressed.Position = 0;
        using var zlib = new ZLibStream(compressed, CompressionMode.Decompress);
        using var raw = new MemoryStream();
        zlib.CopyTo(raw);
        return (width, height, Unfilter(raw.ToArray(), width, height));
    }

    private static byte[] Unfilter(byte[] raw, int width, int height)
    {
        int row = width * 3;
        Assert.Equal(height * (row + 1), raw.Length);
        var pixels = new byte[height * row];
        for (int y = 0; y < height; y++)
        {
            byte filter = raw[y * (row + 1)];
            for (int x = 0; x < row; x++)
            {
                int left = x < 3 ? 0 : pixels[y * row + x - 3], up = y == 0 ? 0 : pixels[(y - 1) * row + x], corner = x < 3 || y == 0 ? 0 : pixels[(y - 1) * row + x - 3];
                int predicted = filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) };
                pixels[y * row + x] = (byte)(raw[y * (row + 1) + 1 + x] + predicted);
            }
        }

        return pixels;
    }

    private static int Paeth(int left, int up, int corner)
    {
        int byLeft = Math.Abs(up - corner), byUp = Math.Abs(left - corner), byCorner = Math.Abs(left + up - 2 * corner);
        return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
    }
}
