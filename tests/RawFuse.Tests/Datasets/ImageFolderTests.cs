using RawFuse.Datasets;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Datasets;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ClassesAreTheSortedSubfoldersAndImagesComeInRounds()
    {
        Write("train/b/2.png", 1);
        Write("train/b/10.PNG", 2);
        Write("train/a/x.png", 3);
        Write("train/Z/x.png", 4);
        folder.File("train/a/notes.txt", "no picture"u8);

        ImageSet set = ImageFolder.LoadTrain("some", folder.Path, side: 16);

        Assert.Equal(("some-train", 16, 16), (set.Name, set.Height, set.Width));
        Assert.Equal(["Z", "a", "b"], set.ClassNames);
        Assert.Equal([0, 1, 2, 2], set.Labels);
        Assert.Equal([4, 3, 2, 1], Enumerable.Range(0, 4).Select(i => (int)set.Image(i)[0]));
        Assert.Equal(set.Take(3).Pixels, ImageFolder.LoadTrain("some", folder.Path, side: 16, limit: 3).Pixels);
    }

    [Theory]
    [InlineData("val")]
    [InlineData("test")]
    public void PicturesOfAnySizeAreCroppedToTheMiddle(string split)
    {
        byte[] pixels = PictureBytes.Smooth(50, 31), other = PictureBytes.Smooth(20, 40);
        Write($"{split}/a/1.jpeg", PictureBytes.Jpeg(50, 31, pixels));
        Write($"{split}/b/1.JPG", PictureBytes.Jpeg(20, 40, other));
        Write($"{split}/b/2.png", PictureBytes.Png(50, 31, pixels));

        ImageSet set = ImageFolder.LoadTest("some", folder.Path, side: 24);

        Assert.Equal("some-test", set.Name);
        Assert.Equal([0, 1, 1], set.Labels);
        Assert.Equal(ImageResize.CropCenter(PictureFile.Read("some", folder.File($"{split}/b/1.JPG")), 24), set.Image(1).ToArray());
        Assert.Equal(ImageResize.CropCenter(new RgbImage(50, 31, pixels), 24), set.Image(2).ToArray());
    }

    /// <summary>Pictures are decoded on many threads at once, by a decoder that has static fields.</summary>
    [Fact]
    public void ManyPicturesAreEachTheOneTheyAreAlone()
    {
        for (int i = 0; i < 120; i++) Write($"train/c{i % 4}/{i:D3}.jpg", PictureBytes.Jpeg(40 + i, 40, PictureBytes.Smooth(40 + i, 40, i)));

        ImageSet set = ImageFolder.LoadTrain("some", folder.Path, side: 32);

        for (int i = 0; i < 120; i++)
        {
            RgbImage picture = PictureFile.Read("some", folder.File($"train/c{i % 4}/{i:D3}.jpg"));
            Assert.Equal(ImageResize.CropCenter(picture, 32), set.Image(i).ToArray());
        }
    }

    [Fact]
    public void BadFoldersAreRefused()
    {
        Refusal.Of(() => ImageFolder.LoadTrain("some", folder.File("absent")), "some folder", "absent' does not exist; expected a folder with train in it");
        Refusal.Of(() => ImageFolder.LoadTest("some", folder.Path), "has no val or test in it");
        Directory.CreateDirectory(folder.File("train"));
        Refusal.Of(() => ImageFolder.LoadTrain("some", folder.Path), "train' has no subfolder; expected one for each class");
        Directory.CreateDirectory(folder.File("train/a"));
        Refusal.Of(() => ImageFolder.LoadTrain("some", folder.Path), Path.Combine("train", "a") + "' has no picture; expected .jpeg, .jpg, .png files");
        Write("train/a/1.png", "no picture"u8.ToArray());
        Refusal.Of(() => ImageFolder.LoadTrain("some", folder.Path), "1.png' is not of a known format; expected a JPEG or PNG image");
        Write("val/b/1.png", 1);
        Refusal.Of(() => ImageFolder.LoadTest("some", folder.Path), "some class 'b' is in one of", "alone; expected the same classes in both");
    }

    [Fact]
    public void MoreThanAnArrayHoldsIsRefused()
    {
        Write("train/a/1.png", 1);
        Refusal.Of(() => ImageFolder.LoadTrain("some", folder.Path, side: 30_000), "1 images of 30000x30000 pixels need 2700000000 bytes; expected at most 0 images");
    }

    [Fact]
    public void ReadingCanBeStopped()
    {
        Write("train/a/1.png", 1);
        Assert.Throws<OperationCanceledException>(() => ImageFolder.LoadTrain("some", folder.Path, cancellationToken: new CancellationToken(canceled: true)));
    }

    private void Write(string path, byte value) => Write(path, PictureBytes.Png(8, 8, [.. Enumerable.Repeat(value, 192)]));

    private void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(path))!);
        File.WriteAllBytes(folder.File(path), content);
    }
}
