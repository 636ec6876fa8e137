using System.Globalization;
using System.Text;
using RawFuse.Datasets;
using RawFuse.Tests.Serialization;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Datasets;

public sealed class GtsrbTests : IDisposable
{
    private const string Header = "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("train.bin", "gtsrb-train-packed")]
    [InlineData("train_every3rd.bin", "gtsrb-train-every3rd")]
    public void PackedTrainingImagesComeInRoundsOfTheClasses(string file, string name)
    {
        folder.File(file, Packed(0, 0, 0, 7, 7, 42));

        ImageSet set = Gtsrb.LoadTrain(folder.Path);

        Assert.Equal((name, 43), (set.Name, set.Classes));
        Assert.Equal([0, 7, 42, 0, 7, 0], set.Labels);
        Assert.Equal([0, 3, 5, 1, 4, 2], Enumerable.Range(0, 6).Select(i => (int)set.Image(i)[0]));
    }

    [Fact]
    public void PackedTestImagesKeepTheirOrder()
    {
        folder.File("test.bin", Packed(16, 1, 16));
        ImageSet set = Gtsrb.LoadTest(folder.Path);
        Assert.Equal("gtsrb-test-packed", set.Name);
        Assert.Equal([16, 1, 16], set.Labels);
    }

    [Theory]
    [InlineData("Final_Training/Images", "gtsrb-train")]
    [InlineData("GTSRB/Final_Training/Images", "gtsrb-train")]
    [InlineData("Training", "gtsrb-train-online")]
    [InlineData("GTSRB/Training", "gtsrb-train-online")]
    public void OfficialTrainingImagesAreWholeFrames(string place, string name)
    {
        byte[] picture = WriteTraining(place);

        ImageSet set = Gtsrb.LoadTrain(folder.Path);

        Assert.Equal((name, 44), (set.Name, set.Count));
        Assert.Equal([.. Enumerable.Range(0, 43), 5], set.Labels);
        Assert.Equal(ImageResize.Squash(new RgbImage(40, 50, picture), 32), set.Image(43).ToArray());
        Assert.All(set.Image(3).ToArray(), value => Assert.Equal(3, value));
    }

    [Theory]
    [InlineData("Final_Test/Images", "Final_Test/Images")]
    [InlineData("GTSRB/Final_Test/Images", "GTSRB")]
    [InlineData("GTSRB/Final_Test/Images", ".")]
    [InlineData("Final_Test/Images", "Final_Test")]
    public void OfficialTestImagesHaveTheirClassesInOneFile(string images, string annotations)
    {
        WriteImage($"{images}/00000.ppm", 32, 32, [.. Enumerable.Range(0, 3072).Select(i => (byte)i)]);
        WriteImage($"{images}/00001.ppm", 16, 64, new byte[3072]);
        WriteText($"{annotations}/GT-final_test.csv", $"{Header}\r\n00000.ppm;32;32;5;5;27;27;16\r\n00001.ppm;16;64;5;5;10;50;1\r\n");

        ImageSet set = Gtsrb.LoadTest(folder.Path);

        Assert.Equal("gtsrb-test", set.Name);
        Assert.Equal([16, 1], set.Labels);
        Assert.Equal(Enumerable.Range(0, 3072).Select(i => (byte)i), set.Image(0).ToArray());
    }

    [Fact]
    public void FoldersWithoutImagesAreRefused()
    {
        Refusal.Of(() => Gtsrb.LoadTrain(folder.File("absent")), "GTSRB folder", "absent' does not exist");
        Refusal.Of(() => Gtsrb.LoadTrain(folder.Path), "has no training images; expected train.bin, train_every3rd.bin, Final_Training/Images or Training");
        Refusal.Of(() => Gtsrb.LoadTest(folder.Path), "has no test images; expected test.bin or Final_Test/Images");
        folder.File("train.bin", Packed(1, 43));
        Refusal.Of(() => Gtsrb.LoadTrain(folder.Path), "train.bin' has label 43 in record 1", "expected 0..42");
        Directory.CreateDirectory(folder.File("Final_Test/Images"));
        Refusal.Of(() => Gtsrb.LoadTest(folder.Path), "GT-final_test.csv' does not exist; expected lines 'Filename;");
    }

    [Theory]
    [InlineData("Name;Class\n", "line 1: expected the header 'Filename;")]
    [InlineData("", "line 1: expected the header")]
    [InlineData(Header + "\n\n", "line 2: no image; expected one or more")]
    [InlineData(Header + "\na.ppm;1;1;5\n", "line 2: 4 fields; expected 'Filename;")]
    [InlineData(Header + "\na.ppm;1;1;0;0;1;1;1\nb.ppm;1;1;0;0;1;1;1\n", "line 3: image 'b.ppm'; expected a file of the folder")]
    [InlineData(Header + "\n../GT-final_test.csv;1;1;0;0;1;1;1\n", "line 2: image '../GT-final_test.csv'; expected a file of the folder")]
    [InlineData(Header + "\na.ppm;1;1;0;0;1;1;43\n", "line 2: ClassId '43'; expected 0..42")]
    [InlineData(Header + "\na.ppm;1;1;0;0;1;1;-1\n", "line 2: ClassId '-1'; expected 0..42")]
    public void BadAnnotationsAreRefusedWithTheirLine(string text, string part)
    {
        WriteImage("Final_Test/Images/a.ppm", 1, 1, [1, 2, 3]);
        WriteText("Final_Test/GT-final_test.csv", text);
        Refusal.Of(() => Gtsrb.LoadTest(folder.Path), "GTSRB file", "GT-final_test.csv', ", part);
    }

    [Fact]
    public void FilesOfAbsurdSizeAreRefusedUnread()
    {
        WriteImage("Final_Test/Images/a.ppm", 1, 1, [1, 2, 3]);
        WriteText("Final_Test/GT-final_test.csv", $"{Header}\na.ppm;1;1;0;0;1;1;1\n");
        Lengthen("Final_Test/Images/a.ppm", 1L << 32);
        Refusal.Of(() => Gtsrb.LoadTest(folder.Path), "a.ppm' has 4294967296 bytes; expected a binary PPM image", "at most 268435456 bytes");
        Lengthen("Final_Test/GT-final_test.csv", 1L << 30);
        Refusal.Of(() => Gtsrb.LoadTest(folder.Path), "GT-final_test.csv' has 1073741824 bytes; expected lines", "at most 16777216 bytes");

        // Without a byte on the disk: the file system keeps holes.
        void Lengthen(string path, long length)
        {
            using FileStream file = File.OpenWrite(folder.File(path));
            file.SetLength(length);
        }
    }

    [Fact]
    public void TrainingFoldersMustBeWholeAndHoldTheirOwnClass()
    {
        WriteTraining("Training");
        WriteText("Training/00041/GT-00041.csv", $"{Header}\n00000.ppm;4;4;0;0;1;1;40\n");
        Refusal.Of(() => Gtsrb.LoadTrain(folder.Path), "GT-00041.csv', line 2: ClassId '40'; expected 41, the class of the folder");
        File.Delete(folder.File("Training/00041/GT-00041.csv"));
        Refusal.Of(() => Gtsrb.LoadTrain(folder.Path), "GT-00041.csv' does not exist");
    }

    /// <summary>Whatever threads do, the first bad file of the set's order is told of.</summary>
    [Fact]
    public void TheFirstBadImageIsNamed()
    {
        WriteTraining("Training");
        foreach (string label in (string[])["00009", "00020", "00042"]) WriteText($"Training/{label}/00000.ppm", "P6 4");
        for (int run = 0; run < 10; run++) Refusal.Of(() => Gtsrb.LoadTrain(folder.Path), Path.Combine("00009", "00000.ppm"));
    }

    [RequiresDataFact("gtsrb", "test.bin")]
    public void TheRealTestSetIsWhole()
    {
        ImageSet test = Gtsrb.LoadTest(RequiresDataFactAttribute.Folder("gtsrb", "test.bin"));

        // Stallkamp et al. state the number; the smallest and largest classes are those of the official annotations.
        Assert.Equal(12_630, test.Count);
        Assert.Equal(43, test.Labels.Distinct().Count());
        Assert.Equal([16, 1, 38, 33, 11], test.Labels.Take(5));
        Assert.Equal((60, 750), (test.Labels.Count(label => label == 0), test.Labels.Count(label => label == 2)));
    }

    [RequiresDataFact("gtsrb", "train_every3rd.bin")]
    public void TheRealTrainingSetIsEveryThirdFrame()
    {
        ImageSet train = Gtsrb.LoadTrain(RequiresDataFactAttribute.Folder("gtsrb", "train_every3rd.bin"));

        Assert.Equal(("gtsrb-train-every3rd", 13_070), (train.Name, train.Count));
        Assert.Equal(Enumerable.Range(0, 43), train.Labels.Take(43));
        Assert.Equal(43, train.Labels.CountBy(label => label).Count(entry => entry.Value >= 70));
    }

    /// <summary>A plain image for each class, of the class's number, and a second one of class 5.</summary>
    /// <returns>The second one's pixels, 40 x 50.</returns>
    private byte[] WriteTraining(string place)
    {
        var picture = new byte[40 * 50 * 3];
        new Random(2).NextBytes(picture);
        for (int label = 0; label < 43; label++)
        {
            string name = label.ToString("D5", CultureInfo.InvariantCulture);
            WriteImage($"{place}/{name}/00000.ppm", 4, 4, [.. Enumerable.Repeat((byte)label, 48)]);
            if (label == 5) WriteImage($"{place}/{name}/00001.ppm", 40, 50, picture);
            string second = label == 5 ? "00001.ppm;40;50;5;5;30;30;5\n" : "";
            WriteText($"{place}/{name}/GT-{name}.csv", $"{Header}\n00000.ppm;4;4;0;0;4;4;{label}\n{second}");
        }

        return picture;
    }

    private void WriteImage(string path, int width, int height, byte[] pixels) => Write(path, [.. Encoding.ASCII.GetBytes($"P6\n{width} {height}\n255\n"), .. pixels]);

    private void WriteText(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    private void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(path))!);
        File.WriteAllBytes(folder.File(path), content);
    }

    /// <summary>Records whose pixels all have the record's number.</summary>
    private static byte[] Packed(params int[] labels) =>
        [.. labels.SelectMany((label, record) => Enumerable.Repeat((byte)record, 3072).Prepend((byte)label))];
}
