using System.Buffers.Binary;
using System.Text.Json;
using RawFuse.Tests.Datasets;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Cli;

/// <summary>Training and evaluation on every data set, each a few images in its own format, under the names of <c>--data</c>.</summary>
[Collection(Tool.Collection)]
public sealed class DataSetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("cifar10", 10)]
    [InlineData("cifar100", 100)]
    [InlineData("gtsrb", 43)]
    [InlineData("mnist", 10)]
    [InlineData("fashion-mnist", 10)]
    public void TrainsAndEvaluates(string name, int classes)
    {
        Write(name);
        string data = $"--data-dir {folder.Path} --threads 1";
        Tool.Succeed(folder, $"train base --data {name} --arch vgg6 --epochs 1 --batch 4 --train-images 8 --cutout 8 {data} --out @base.safetensors");
        Tool.Succeed(folder, $"train fuse --base @base.safetensors --generator ConvS --chips 1 --batch 4 --train-images 4 --augment none {data} --out @fuse.safetensors");
        string output = Tool.Succeed(folder, $"eval --base @base.safetensors --fuse @fuse.safetensors --chips 1 --test-images 3 {data} --json -");

        Assert.Equal(3, JsonDocument.Parse(output).RootElement.GetProperty("images").GetInt32());
        Assert.Contains($"knows {classes} classes", Tool.Run(folder, "eval --base @base.safetensors --data signs").Error);
    }

    [Fact]
    public void TrainsAndEvaluatesOnPicturesInFolders()
    {
        foreach (string picture in (string[])["train/a/1.jpeg", "train/b/1.jpeg", "val/a/1.jpeg", "val/b/2.JPEG", "val/b/1.png"]) WritePicture(picture);
        string data = $"--data imagenet10 --data-dir {folder.Path}";
        Tool.Succeed(folder, $"train base --arch resnet18 --epochs 1 --batch 2 {data} --out @base.safetensors");
        string output = Tool.Succeed(folder, $"eval --base @base.safetensors --chips 1 --data-dir {folder.Path} --test-images 2 --json -");
        Assert.Equal(2, JsonDocument.Parse(output).RootElement.GetProperty("images").GetInt32());
    }

    private void Write(string name)
    {
        byte[] ten = Records(10, 1);
        switch (name)
        {
            case "cifar10":
                for (int i = 1; i <= 5; i++) folder.File($"data_batch_{i}.bin", ten);
                folder.File("test_batch.bin", ten);
                break;
            case "cifar100":
                folder.File("train.bin", Records(20, 2));
                folder.File("test.bin", Records(20, 2));
                break;
            case "gtsrb":
                folder.File("train_every3rd.bin", ten);
                folder.File("test.bin", ten);
                break;
            default:
                foreach (string prefix in (string[])["train", "t10k"])
                {
                    folder.File($"{prefix}-images-idx3-ubyte", [.. Numbers(0x803, 10, 28, 28), .. new byte[7840]]);
                    folder.File($"{prefix}-labels-idx1-ubyte", [.. Numbers(0x801, 10), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
                }

                break;
        }
    }

    private void WritePicture(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        byte[] pixels = PictureBytes.Smooth(60, 40);
        folder.File(name, name.EndsWith("png", StringComparison.Ordinal) ? PictureBytes.Png(60, 40, pixels) : PictureBytes.Jpeg(60, 40, pixels));
    }

    /// <summary>Records with all label bytes equal to the record's number.</summary>
    private static byte[] Records(int count, int labelBytes)
    {
        int size = labelBytes + 3072;
        var content = new byte[count * size];
        new Random(1).NextBytes(content);
        for (int i = 0; i < count; i++) content.AsSpan(i * size, labelBytes).Fill((byte)i);
        return content;
    }

    private static byte[] Numbers(params int[] numbers)
    {
        var bytes = new byte[numbers.Length * 4];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * 4), numbers[i]);
        return bytes;
    }
}
