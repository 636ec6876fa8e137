using System.Runtime.InteropServices;
using System.Text.Json;
using RawFuse.Serialization;
using RawFuse.Tests.Serialization;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Cli;

/// <summary><c>rawfuse predict</c> on model files as PyTorch writes them, against the reference's logits and images.</summary>
[Collection(Tool.Collection)]
public sealed class PredictTests : IDisposable
{
    /// <summary>Float32 sums of up to 4608 products through 18 layers, against float64: as in GoldenModelTests.</summary>
    private const double Tolerance = 2e-5;

    private static readonly JsonElement Goldens = GoldenFormula.Read("models/model_goldens.json");

    private readonly TemporaryFolder folder = new();

    public PredictTests() => NpyFile.Write(folder.File("x.npy"), [2, 32, 32, 3], GoldenFormula.Pixels(2, 1000003));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("vgg11", true)]
    [InlineData("vgg11", false)]
    [InlineData("resnet18", true)]
    public void LogitsAreTheReferences(string model, bool batchCounts)
    {
        StateFile.Write(folder.File("m.safetensors"), model, batchCounts);
        JsonElement golden = Goldens.GetProperty("base").GetProperty(model);
        (string, string)[] runs =
        [
            ("", "clean_eval_f64"), ("--chip 0 --ber 0.01", "pert_s0_b0.01_f64"),
            ("--chip 0 --ber 0.005 --mapping ibm --model stuck-at --batch 1", "pert_s0_b0.005_f64"),
        ];
        foreach ((string options, string key) in runs)
        {
            NpyArray logits = Predict($"--base @m.safetensors --arch {model} --classes 10 {options}");
            Assert.Equal([2, 10], logits.Shape);
            Assert.InRange(GoldenFormula.RelativeError(logits.Data, golden.GetProperty(key).Doubles()), 0, Tolerance);
        }
    }

    [Theory]
    [InlineData("ConvS")]
    [InlineData("DeConvS")]
    [InlineData("UNetS")]
    public void TransformedImagesAreTheReferences(string generator)
    {
        StateFile.Write(folder.File("g.safetensors"), generator);
        JsonElement golden = Goldens.GetProperty("gen").GetProperty(generator).GetProperty("eval_f64");
        NpyArray images = Predict($"--fuse @g.safetensors --generator {generator}");
        Assert.Equal([2, 32, 32, 3], images.Shape);

        // The golden's first values run along the first channel's first row.
        double[] first = golden.GetProperty("first").Doubles();
        Assert.InRange(GoldenFormula.RelativeError([.. Enumerable.Range(0, first.Length).Select(x => images.Data[3 * x])], first), 0, Tolerance);
        Assert.InRange(GoldenFormula.Norm(images.Data) / golden.GetProperty("l2").GetDouble(), 1 - Tolerance, 1 + Tolerance);
    }

    /// <summary>A chip has the same faults wherever it meets a model: in predict, or in a file that inject wrote, which is read packed as it is.</summary>
    [Theory]
    [InlineData("--mapping ibm")]
    [InlineData("--mapping ibm-untiled --model flip")]
    [InlineData("--mapping physical")]
    [InlineData("--mapping physical --sram 2x4096x256 --column-ber 0.01")]
    [InlineData("--mapping physical --bits 5")]
    [InlineData("--mapping ibm --bits 5 --cells low-bits")]
    public void InjectedFilesGiveTheChipsLogits(string chip)
    {
        StateFile.Write(folder.File("m.safetensors"), "resnet18");
        Tool.Succeed(folder, $"inject --weights @m.safetensors --out @faulty.safetensors --chip 6 --ber 0.02 {chip}");
        NpyArray expected = Predict($"--base @m.safetensors --arch resnet18 --chip 6 --ber 0.02 {chip}");
        Assert.Equal(expected.Data, Predict("--base @faulty.safetensors --arch resnet18").Data);
        Assert.NotEqual(expected.Data, Predict("--base @m.safetensors --arch resnet18").Data);
    }

    /// <summary>A generator and a base model together give what they give one after another.</summary>
    [Fact]
    public void BothTogetherAreOneAfterTheOther()
    {
        StateFile.Write(folder.File("g.safetensors"), "ConvS");
        StateFile.Write(folder.File("m.safetensors"), "vgg11");
        const string Base = "--base @m.safetensors --arch vgg11 --chip 4 --ber 0.01 --mapping physical --model flip";
        NpyArray together = Predict($"{Base} --fuse @g.safetensors --generator convs");
        NpyArray fused = Predict("--fuse @g.safetensors --generator convs");
        NpyFile.Write(folder.File("x.npy"), fused.Shape, fused.Data);
        Assert.Equal(Predict(Base).Data, together.Data);
    }

    [Fact]
    public void BatchesAreInvisible()
    {
        StateFile.Write(folder.File("g.safetensors"), "UNetS");
        NpyFile.Write(folder.File("x.npy"), [7, 32, 32, 3], GoldenFormula.Pixels(7, 5));
        float[] expected = Predict("--fuse @g.safetensors --generator unets").Data;
        Assert.Equal(expected, Predict("--fuse @g.safetensors --generator unets --batch 3 --threads 1").Data);
    }

    [Fact]
    public void ConvolutionsRoundAsTheyAreTold()
    {
        StateFile.Write(folder.File("m.safetensors"), "vgg11");
        float[] fast = Predict("--base @m.safetensors --arch vgg11").Data, direct = Predict("--base @m.safetensors --arch vgg11 --convolutions direct").Data;
        Assert.NotEqual(direct, fast);
        Assert.InRange(GoldenFormula.RelativeError(fast, [.. direct.Select(value => (double)value)]), 0, 2e-5);
        Assert.Equal(fast, Predict("--base @m.safetensors --arch vgg11 --convolutions fast").Data);
        float[] precise = Predict("--base @m.safetensors --arch vgg11 --convolutions Precise").Data;
        Assert.NotEqual(direct, precise);
        Assert.NotEqual(fast, precise);
    }

    /// <summary>Transient faults come anew with every pass: equal images in one pass have equal logits, in two passes others.</summary>
    [Fact]
    public void PassesSeeTheirOwnTransientFaults()
    {
        StateFile.Write(folder.File("m.safetensors"), "vgg11");
        float[] one = GoldenFormula.Pixels(1, 5);
        NpyFile.Write(folder.File("x.npy"), [2, 32, 32, 3], [.. one, .. one]);
        const string Chip = "--base @m.safetensors --arch vgg11 --chip 3 --ber 0 --transient 0.01";
        float[] together = Predict(Chip).Data, apart = Predict($"{Chip} --batch 1").Data;
        Assert.Equal(together[..10], together[10..]);
        Assert.Equal(together[..10], apart[..10]);
        Assert.NotEqual(apart[..10], apart[10..]);
    }

    [Fact]
    public void FewerBitsGiveOtherLogits()
    {
        StateFile.Write(folder.File("m.safetensors"), "vgg11");
        float[] eight = Predict("--base @m.safetensors --arch vgg11").Data;
        Assert.Equal(eight, Predict("--base @m.safetensors --arch vgg11 --bits 8 --image 32").Data);
        Assert.NotEqual(eight, Predict("--base @m.safetensors --arch vgg11 --bits 4").Data);
    }

    /// <summary>What runs in fewer bits at low voltage is the base model; the generator in front of it is not.</summary>
    [Fact]
    public void AGeneratorKeepsItsBits()
    {
        StateFile.Write(folder.File("fuse.safetensors"), "ConvS");
        float[] eight = Predict("--fuse @fuse.safetensors --generator convs").Data;
        Assert.Equal(eight, Predict("--fuse @fuse.safetensors --generator convs --bits 4").Data);
    }

    /// <summary>Int8 activations change the logits, but little; which images the ranges are found on matters a little, the batches do not.</summary>
    [Theory]
    [InlineData("vgg11")]
    [InlineData("resnet18")]
    public void Int8ActivationsChangeTheLogitsLittle(string model)
    {
        StateFile.Write(folder.File("m.safetensors"), model);
        NpyFile.Write(folder.File("x.npy"), [7, 32, 32, 3], GoldenFormula.Pixels(7, 5));
        string names = $"--base @m.safetensors --arch {model}";
        float[] floats = Predict(names).Data, bytes = Predict($"{names} --int8").Data;
        Assert.InRange(GoldenFormula.RelativeError(bytes, [.. floats.Select(value => (double)value)]), 1e-6, 0.05);
        Assert.Equal(bytes, Predict($"{names} --int8 --batch 3 --threads 1").Data);
        Assert.Equal(bytes, Predict($"{names} --int8 --calibration 7").Data);
        Assert.NotEqual(bytes, Predict($"{names} --int8 --calibration 1").Data);
    }

    [Fact]
    public void DoublesAreRead()
    {
        StateFile.Write(folder.File("g.safetensors"), "ConvS");
        float[] pixels = GoldenFormula.Pixels(1, 5), expected = PredictOf([1, 32, 32, 3], pixels);
        double[] wide = [.. pixels.Select(value => (double)value)];
        folder.File("x.npy", NpyBytes.Of("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 32, 32, 3), }", MemoryMarshal.AsBytes(wide.AsSpan())));
        Assert.Equal(expected, Predict("--fuse @g.safetensors --generator convs").Data);
    }

    private float[] PredictOf(int[] shape, float[] pixels)
    {
        NpyFile.Write(folder.File("x.npy"), shape, pixels);
        return Predict("--fuse @g.safetensors --generator convs").Data;
    }

    private NpyArray Predict(string options)
    {
        Tool.Succeed(folder, $"predict --input @x.npy --output @y.npy {options}");
        return NpyFile.Read(folder.File("y.npy"));
    }
}
