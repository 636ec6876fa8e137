using System.Text.Json;
using RawFuse.Serialization;
using RawFuse.Tests.Serialization;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Cli;

/// <summary>
/// <c>rawfuse eval</c> against <c>rawfuse predict</c>: the labels of a made-up data set are the clean model's own answers, and every accuracy that
/// eval reports is counted again from the logits that predict writes.
/// </summary>
[Collection(Tool.Collection)]
public sealed class EvalTests : IDisposable
{
    private const int Images = 12;
    private const ulong FirstChip = 50000;
    private const string Fuse = "--fuse @fuse.safetensors --generator convs";

    private readonly TemporaryFolder folder = new();
    private readonly byte[] pixels = new byte[Images * 3072];

    public EvalTests()
    {
        new Random(11).NextBytes(pixels);
        var nhwc = new float[pixels.Length];
        for (int i = 0; i < nhwc.Length; i++)
        {
            (int image, int channel, int pixel) = (i / 3072, i % 3, i % 3072 / 3);
            nhwc[i] = (pixels[(image * 3072) + (channel * 1024) + pixel] / 255f * 2) - 1;
        }

        NpyFile.Write(folder.File("x.npy"), [Images, 32, 32, 3], nhwc);
        StateFile.Write(folder.File("fuse.safetensors"), "ConvS");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("vgg11", "ibm", "stuck-at", 8, "")]
    [InlineData("vgg11", "physical", "flip", 8, "--first-chip 7")]
    [InlineData("vgg11", "ibm-untiled", "stuck-at", 4, "--classes 10")]
    [InlineData("resnet18", "ibm", "stuck-at", 8, "")]
    public void AccuraciesAreThoseOfTheLogits(string architecture, string mapping, string model, int bits, string more)
    {
        StateFile.Write(folder.File("base.safetensors"), architecture);
        string names = $"--base @base.safetensors --arch {architecture} --bits {bits}";
        string chips = $"--ber 0.03 --mapping {mapping} --model {model}";
        int[] labels = Answers(names);
        WriteCifar(labels);
        JsonElement json = JsonDocument.Parse(Tool.Succeed(
            folder, $"eval {names} {Fuse} {chips} --chips 2 --data cifar10 --data-dir {folder.Path} --json - {more}")).RootElement;

        ulong first = more.Contains("first", StringComparison.Ordinal) ? 7 : FirstChip;
        double[] perturbed = [.. new[] { first, first + 1 }.Select(chip => Accuracy(Answers($"{names} --chip {chip} {chips}"), labels))];
        double[] fused = [.. new[] { first, first + 1 }.Select(chip => Accuracy(Answers($"{names} {Fuse} --chip {chip} {chips}"), labels))];
        Assert.Equal([first, first + 1], json.GetProperty("chips").EnumerateArray().Select(seed => seed.GetUInt64()));
        Assert.Equal(100, json.GetProperty("cleanAccuracy").GetDouble());
        AssertPerturbed(perturbed, json);
        JsonElement withFuse = json.GetProperty("withFuse");
        Assert.Equal(Accuracy(Answers($"{names} {Fuse}"), labels), withFuse.GetProperty("cleanAccuracy").GetDouble());
        AssertPerturbed(fused, withFuse);
        Assert.Equal(fused.Average() - perturbed.Average(), json.GetProperty("recovery").GetDouble(), precision: 9);
        Assert.Equal(fused.Zip(perturbed, (with, without) => with - without), json.GetProperty("recoveryPerChip").GetProperty("perChip").Doubles());
        Assert.Equal((0.03, bits, Images), (json.GetProperty("ber").GetDouble(), json.GetProperty("bits").GetInt32(), json.GetProperty("images").GetInt32()));
        Assert.Equal((mapping, model), (json.GetProperty("mapping").GetString(), json.GetProperty("model").GetString()));
    }

    /// <summary>The keys of the contract, and nothing about a generator where there is none; the file names the data set.</summary>
    [Fact]
    public void KeysAreTheContracts()
    {
        StateFile.Write(folder.File("base.safetensors"), "vgg11", metadata: new() { ["arch"] = "vgg11", ["dataset"] = "cifar10" });
        WriteCifar(new int[Images]);
        Tool.Succeed(folder, $"eval --base @base.safetensors --chips 1 --data-dir {folder.Path} --test-images 3 --json @eval.json");
        JsonElement json = JsonDocument.Parse(File.ReadAllBytes(folder.File("eval.json"))).RootElement;
        Assert.Equal(["batch", "ber", "bits", "cellBer", "cells", "chips", "cleanAccuracy", "flipRate", "images", "mapping", "model", "perturbedAccuracy"], Keys(json));
        Assert.Equal(["mean", "perChip", "quantiles", "std", "worst"], Keys(json.GetProperty("perturbedAccuracy")));
        Assert.Equal(["p25", "p5", "p50", "p75", "p95"], Keys(json.GetProperty("perturbedAccuracy").GetProperty("quantiles")));
        Assert.Equal((3, 8, 0.01), (json.GetProperty("images").GetInt32(), json.GetProperty("bits").GetInt32(), json.GetProperty("ber").GetDouble()));
        Assert.Equal(("ibm", "stuck-at"), (json.GetProperty("mapping").GetString(), json.GetProperty("model").GetString()));
    }

    /// <summary>Many chips run in several passes; each is the chip it is alone.</summary>
    [Fact]
    public void ChipsDoNotDependOnTheirNumber()
    {
        StateFile.Write(folder.File("base.safetensors"), "vgg11");
        WriteCifar(Answers("--base @base.safetensors --arch vgg11"));
        double[] many = Eval("--chips 23"), few = Eval("--chips 3 --first-chip 50020");
        Assert.Equal(23, many.Length);
        Assert.Equal(many[20..], few);
        Assert.True(many.Distinct().Count() > 1);

        double[] Eval(string chips)
        {
            string json = Tool.Succeed(
                folder, $"eval --base @base.safetensors --arch vgg11 --ber 0.03 {chips} --data cifar10 --data-dir {folder.Path} --test-images 4 --json -");
            return PerChip(JsonDocument.Parse(json).RootElement);
        }
    }

    /// <summary>Chips are added, ten by ten, until the interval is narrow enough; they are the first ones of any number.</summary>
    [Fact]
    public void ChipsAreAddedUntilTheIntervalIsNarrow()
    {
        StateFile.Write(folder.File("base.safetensors"), "vgg11");
        WriteCifar(Answers("--base @base.safetensors --arch vgg11"));
        JsonElement wide = Eval("--chips auto --ci 100"), fixedNumber = Eval("--chips 20");
        Assert.Equal(10, PerChip(wide).Length);
        double[] ends = Interval(fixedNumber), firstTen = Interval(wide);
        double half = (ends[1] - ends[0]) / 2, halfOfTen = (firstTen[1] - firstTen[0]) / 2;
        Assert.True(half < halfOfTen, $"{half} {halfOfTen}");
        JsonElement narrow = Eval(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"--chips auto --ci {half + 1e-9:R}"));
        Assert.Equal(PerChip(fixedNumber), PerChip(narrow));
        Assert.Equal(ends, Interval(narrow));
        Assert.Equal(20, narrow.GetProperty("chips").GetArrayLength());

        JsonElement Eval(string chips) => JsonDocument.Parse(Tool.Succeed(
            folder, $"eval --base @base.safetensors --arch vgg11 --ber 0.03 {chips} --data cifar10 --data-dir {folder.Path} --test-images 4 --json -")).RootElement;

        static double[] Interval(JsonElement json) =>
            [.. json.GetProperty("perturbedAccuracy").GetProperty("interval95").EnumerateArray().Select(end => end.GetDouble())];
    }

    /// <summary>With int8 activations too, eval's accuracies are those of predict's logits, where both find the ranges on the same images.</summary>
    [Theory]
    [InlineData("vgg11")]
    [InlineData("resnet18")]
    public void AccuraciesOnInt8ActivationsAreThoseOfTheLogits(string architecture)
    {
        StateFile.Write(folder.File("base.safetensors"), architecture);
        string names = $"--base @base.safetensors --arch {architecture}";
        int[] labels = Answers(names);
        WriteCifar(labels);
        for (int i = 1; i <= 5; i++) File.Copy(folder.File("test_batch.bin"), folder.File($"data_batch_{i}.bin"));
        JsonElement json = JsonDocument.Parse(Tool.Succeed(
            folder, $"eval {names} --ber 0.03 --chips 2 --int8 --calibration {Images} --data cifar10 --data-dir {folder.Path} --json -")).RootElement;
        Assert.Equal(Images, json.GetProperty("int8").GetProperty("calibrationImages").GetInt32());
        Assert.Equal(Accuracy(Answers($"{names} --int8"), labels), json.GetProperty("cleanAccuracy").GetDouble());
        AssertPerturbed([.. new[] { 50000, 50001 }.Select(chip => Accuracy(Answers($"{names} --int8 --chip {chip} --ber 0.03"), labels))], json);
    }

    private static void AssertPerturbed(double[] expected, JsonElement json)
    {
        JsonElement found = json.GetProperty("perturbedAccuracy");
        Assert.Equal(expected, PerChip(json));
        Assert.Equal(expected.Average(), found.GetProperty("mean").GetDouble(), precision: 9);
        Assert.Equal(Math.Sqrt(expected.Average(value => Math.Pow(value - expected.Average(), 2))), found.GetProperty("std").GetDouble(), precision: 9);
    }

    private static double[] PerChip(JsonElement accuracy) => accuracy.GetProperty("perturbedAccuracy").GetProperty("perChip").Doubles();

    private static IEnumerable<string> Keys(JsonElement json) => json.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal);

    private static double Accuracy(int[] answers, int[] labels) => 100.0 * answers.Zip(labels).Count(pair => pair.First == pair.Second) / Images;

    private int[] Answers(string options)
    {
        Tool.Succeed(folder, $"predict --input @x.npy --output @y.npy {options}");
        NpyArray logits = NpyFile.Read(folder.File("y.npy"));
        return [.. Enumerable.Range(0, Images).Select(image => Enumerable.Range(0, 10).MaxBy(label => logits.Data[(image * 10) + label]))];
    }

    private void WriteCifar(int[] labels) => folder.File(
        "test_batch.bin", [.. labels.SelectMany((label, image) => pixels.Skip(image * 3072).Take(3072).Prepend((byte)label))]);
}
