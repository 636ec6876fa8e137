using System.Globalization;
using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

/// <summary>The models against the reference implementation, in float64.</summary>
public sealed class GoldenModelTests
{
    /// <summary>Float32 sums of up to 4608 products through 50 layers, against float64; the reference's own float32 is within 1e-6 to 1e-5.</summary>
    private const double Tolerance = 2e-5;

    private static readonly JsonElement Goldens = GoldenFormula.Read("models/model_goldens.json");

    [Theory]
    [InlineData("vgg11")]
    [InlineData("vgg16")]
    [InlineData("vgg19")]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    public void BaseModelsGiveTheReferencesLogits(string name)
    {
        using var device = new CpuDevice();
        JsonElement golden = Goldens.GetProperty("base").GetProperty(name);
        NetworkDefinition definition = BaseModel.Define(name, classes: 10);
        Assert.Equal(golden.GetProperty("params").GetInt64(), definition.ParameterCount);
        using Network network = GoldenFormula.Fill(new Network(definition, device, seed: 1));
        using Tensor images = GoldenFormula.Images(device, 2, 1000003);
        if (!golden.TryGetProperty("clean_eval_f64", out JsonElement logits)) return;
        double[] expected = logits.Doubles();

        using Tensor rounded = network.Forward(images, new ForwardMode(WeightBits: 8));
        Assert.Equal(new Shape(2, 10), rounded.Shape);
        Assert.InRange(GoldenFormula.RelativeError(rounded.ToArray(), expected), 0, Tolerance);

        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using Tensor packed = frozen.Forward(images);
        Assert.InRange(GoldenFormula.RelativeError(packed.ToArray(), expected), 0, Tolerance);
    }

    [Theory]
    [InlineData("vgg11", "0.01")]
    [InlineData("vgg11", "0.005")]
    [InlineData("resnet18", "0.01")]
    [InlineData("resnet18", "0.005")]
    public void FaultyBaseModelsGiveTheReferencesLogits(string name, string ber)
    {
        using var device = new CpuDevice();
        double[] expected = Goldens.GetProperty("base").GetProperty(name).GetProperty($"pert_s0_b{ber}_f64").Doubles();
        using Network network = GoldenFormula.Fill(new Network(BaseModel.Define(name, classes: 10), device, seed: 1));
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using var faults = new WeightFaults(frozen, 1);
        new ChipPopulation(double.Parse(ber, CultureInfo.InvariantCulture), FaultModel.StuckAt, SramMapping.Ibm).Draw(frozen, 0, faults, 0);
        using Tensor images = GoldenFormula.Images(device, 2, 1000003);
        using Tensor logits = frozen.Forward(images, faults);
        Assert.InRange(GoldenFormula.RelativeError(logits.ToArray(), expected), 0, Tolerance);
    }

    [Theory]
    [InlineData("ConvL")]
    [InlineData("ConvS")]
    [InlineData("DeConvL")]
    [InlineData("DeConvS")]
    [InlineData("UNetL")]
    [InlineData("UNetS")]
    public void GeneratorsGiveTheReferencesImages(string name)
    {
        using var device = new CpuDevice();
        JsonElement golden = Goldens.GetProperty("gen").GetProperty(name);
        NetworkDefinition definition = Generator.Define(name);
        Assert.Equal(golden.GetProperty("params").GetInt64(), definition.ParameterCount);
        using Network network = GoldenFormula.Fill(new Network(definition, device, seed: 1));
        if (!golden.TryGetProperty("eval_f64", out JsonElement inference)) return;
        using Tensor images = GoldenFormula.Images(device, 2, 1000003);

        using Tensor eval = network.Forward(images, new ForwardMode(WeightBits: 8));
        CheckImages(eval, inference);
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using Tensor packed = frozen.Forward(images);
        CheckImages(packed, inference);

        using Tensor train = network.Forward(images, new ForwardMode(IsTraining: true, WeightBits: 8));
        CheckImages(train, golden.GetProperty("train_f64"));
        foreach (JsonProperty statistic in golden.GetProperty("running_after_1_train_f64").EnumerateObject())
            Assert.InRange(GoldenFormula.RelativeError(network[statistic.Name].ToArray(), statistic.Value.GetProperty("first2").Doubles()), 0, Tolerance);
    }

    private static void CheckImages(Tensor actual, JsonElement golden)
    {
        // The golden's first values run along the first channel's first row.
        double[] expected = golden.GetProperty("first").Doubles();
        float[] values = actual.ToArray();
        float[] first = [.. Enumerable.Range(0, expected.Length).Select(x => values[x * 3])];
        Assert.InRange(GoldenFormula.RelativeError(first, expected), 0, Tolerance);
        double l2 = Math.Sqrt(values.Sum(value => (double)value * value));
        Assert.InRange(l2 / golden.GetProperty("l2").GetDouble(), 1 - Tolerance, 1 + Tolerance);
    }
}
