using RawFuse.Datasets;

namespace RawFuse.Tests.Datasets;

public sealed class Cifar10Tests : IDisposable
{
    private const int RecordBytes = 3073;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rawfuse-cifar10-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void RecordsBecomeInterleavedImages()
    {
        byte[] file = Records(3, 9, 0);
        Write("test_batch.bin", file);

        ImageSet set = Cifar10.LoadTest(_folder.FullName);

        Assert.Equal((3, 32, 32, 10), (set.Count, set.Height, set.Width, set.Classes));
        Assert.Equal([3, 9, 0], set.Labels);
        Assert.Equal("cat", set.ClassNames[3]);
        for (int image = 0; image < 3; image++)
            for (int pixel = 0; pixel < 1024; pixel++)
                for (int channel = 0; channel < 3; channel++)
                    Assert.Equal(file[image * RecordBytes + 1 + channel * 1024 + pixel], set.Image(image)[pixel * 3 + channel]);
    }

    [Fact]
    public void TrainingFilesFollowOneAnother()
    {
        for (int i = 1; i <= 5; i++) Write($"data_batch_{i}.bin", Records(i, i + 1));

        Assert.Equal([1, 2, 2, 3, 3, 4, 4, 5, 5, 6], Cifar10.LoadTrain(_folder.FullName).Labels);
    }

    [Fact]
    public void AMissingFolderIsNamed()
    {
        string missing = Path.Combine(_folder.FullName, "nowhere");

        Refusal.Of(() => Cifar10.LoadTest(missing), missing, "does not exist", "test_batch.bin");
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        for (int i = 1; i <= 4; i++) Write($"data_batch_{i}.bin", Records(i));

        Refusal.Of(() => Cifar10.LoadTrain(_folder.FullName), Path.Combine(_folder.FullName, "data_batch_5.bin"), "does not exist", "3073");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3072)]
    [InlineData(6145)]
    public void ASizeThatIsNoWholeNumberOfRecordsIsRefused(int size)
    {
        Write("test_batch.bin", new byte[size]);

        Refusal.Of(() => Cifar10.LoadTest(_folder.FullName), "test_batch.bin", $"{size} bytes", "3073");
    }

    [Fact]
    public void ABadLabelIsRefusedWithItsRecord()
    {
        Write("test_batch.bin", Records(1, 2, 10));

        Refusal.Of(() => Cifar10.LoadTest(_folder.FullName), "test_batch.bin", "label 10 in record 2", "expected 0..9");
    }

    private void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(_folder.FullName, name), content);

    private static byte[] Records(params int[] labels)
    {
        var content = new byte[labels.Length * RecordBytes];
        new Random(1).NextBytes(content);
        for (int i = 0; i < labels.Length; i++) content[i * RecordBytes] = (byte)labels[i];
        return content;
    }
}
