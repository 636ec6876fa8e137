using RawFuse.Serialization;
using RawFuse.Tests.Serialization;

namespace RawFuse.Tests.Cli;

/// <summary>What <c>rawfuse train</c> makes of its options, seen in the files it writes.</summary>
[Collection(Tool.Collection)]
public sealed class TrainTests : IDisposable
{
    private const string Base = "train base --train-images 32 --batch 16 --epochs 1";
    private const string Still = "--schedule constant --lr 1e-9";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A training that hardly moves ends where it began: at the weights of the file, whatever the seed.</summary>
    [Fact]
    public void TrainingsStartFromFiles()
    {
        Tool.Succeed(folder, $"{Base} --out @base.safetensors");
        Tool.Succeed(folder, $"{Base} {Still} --weight-decay 0 --seed 2 --start-from @base.safetensors --out @again.safetensors");
        Tool.Succeed(folder, $"{Base} {Still} --weight-decay 0 --seed 2 --out @other.safetensors");
        Assert.InRange(Distance("base", "again", "features.0.weight"), 0, 1e-6);
        Assert.InRange(Distance("base", "other", "features.0.weight"), 0.01, 10);

        string fuse = "train fuse --base @base.safetensors --generator convs --train-images 8 --batch 4 --chips 1";
        Tool.Succeed(folder, $"{fuse} --out @fuse.safetensors");
        Tool.Succeed(folder, $"{fuse} {Still} --seed 2 --start-from @fuse.safetensors --out @further.safetensors");
        string weight = SafetensorsFile.Read(folder.File("fuse.safetensors")).Tensors.First(tensor => tensor.Shape.Length == 4).Name;
        Assert.InRange(Distance("fuse", "further", weight), 0, 1e-6);
    }

    [Theory]
    [InlineData($"{Base} --arch vgg11 --start-from @base.safetensors", "base.safetensors: metadata 'arch' is 'vgg6', the command line says 'vgg11'")]
    [InlineData("train fuse --base @base.safetensors --generator convs --start-from @base.safetensors", "base.safetensors: holds a model of kind 'base'; expected 'fuse'")]
    [InlineData("train fuse --base @base.safetensors --start-at-identity --start-from @base.safetensors", "'--start-at-identity' and '--start-from' exclude each other")]
    public void TheFileMustBeOfTheSameKind(string arguments, string expected)
    {
        Tool.Succeed(folder, $"{Base} --out @base.safetensors");
        (int code, _, string error) = Tool.Run(folder, $"{arguments} --out @out.safetensors");
        Assert.Equal(2, code);
        Assert.Contains(expected, error);
        Assert.Equal(["base.safetensors"], folder.Names);
    }

    /// <summary>The largest difference of two files' tensors.</summary>
    private double Distance(string one, string other, string tensor)
    {
        float[] a = Values(one), b = Values(other);
        return a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();

        float[] Values(string name) => SafetensorsFile.Read(folder.File($"{name}.safetensors")).Get(tensor).ToFloat32();
    }
}
