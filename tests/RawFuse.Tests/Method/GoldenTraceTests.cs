using System.Runtime.InteropServices;
using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Generators;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

/// <summary>Every module's output on the way through a model, and whole images, against the reference implementation in float64.</summary>
public sealed class GoldenTraceTests
{
    /// <summary>Float32 sums of up to 4608 products, layer upon layer, against float64.</summary>
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData("vgg11", "vgg11_trace_f64", false)]
    [InlineData("resnet18", "resnet18_trace_f64", false)]
    [InlineData("ConvS", "ConvS_trace_eval_f64", false)]
    [InlineData("ConvS", "ConvS_trace_train_f64", true)]
    [InlineData("DeConvS", "DeConvS_trace_eval_f64", false)]
    [InlineData("DeConvS", "DeConvS_trace_train_f64", true)]
    [InlineData("UNetS", "UNetS_trace_eval_f64", false)]
    [InlineData("UNetS", "UNetS_trace_train_f64", true)]
    public void EveryModuleGivesTheReferencesValues(string name, string file, bool isTraining)
    {
        using var device = new CpuDevice(2);
        using Network network = Filled(name, device);
        using Tensor images = GoldenFormula.Images(device, 2, 1000003);
        Dictionary<int, float[]> values = NodeValues.Of(network, images, new ForwardMode(isTraining, WeightBits: 8));
        var layers = new Queue<Layer>(network.Definition.Layers);
        foreach (JsonElement module in GoldenFormula.Read($"models/{file}.json").EnumerateArray())
        {
            string type = module.GetProperty("type").GetString()!;

            // Shortcuts that change nothing are empty sequences there and no layers here.
            if (type == "Sequential") continue;
            Layer layer = Next(layers, type);
            if (layer.Parameters.Count > 0) Assert.Equal(module.GetProperty("name").GetString(), layer.Name);
            Check(layer.Output, values[layer.Output.Id], module);
        }

        Assert.DoesNotContain(layers, layer => layer.Parameters.Count > 0);
    }

    [Theory]
    [InlineData("ConvS")]
    [InlineData("DeConvS")]
    [InlineData("UNetS")]
    public void WholeImagesAreTheReferences(string name)
    {
        using var device = new CpuDevice(2);
        using Network network = Filled(name, device);
        using Tensor images = GoldenFormula.Images(device, 2, 1000003);
        using Tensor eval = network.Forward(images, new ForwardMode(WeightBits: 8)), train = network.Forward(images, new ForwardMode(IsTraining: true, WeightBits: 8));
        foreach ((Tensor actual, string mode) in new[] { (eval, "eval"), (train, "train") })
        {
            byte[] golden = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "models", $"{name}_{mode}_out.f64"));
            double[] expected = GoldenFormula.Nhwc<double>(MemoryMarshal.Cast<byte, double>(golden), images: 2, channels: 3);
            Assert.InRange(GoldenFormula.RelativeError(actual.ToArray(), expected), 0, Tolerance);
        }
    }

    private static Network Filled(string name, CpuDevice device) => GoldenFormula.Fill(
        new Network(BaseModel.Names.Contains(name) ? BaseModel.Define(name, classes: 10) : Generator.Define(name), device, seed: 1));

    /// <summary>The next layer of a module's type; layers in between are functions in PyTorch's model.</summary>
    private static Layer Next(Queue<Layer> layers, string type)
    {
        while (layers.TryDequeue(out Layer? layer))
        {
            if (layer.IsFunctional) continue;
            string own = layer switch
            {
                LinearLayer => "nnLinearSymQuant",
                ConvTransposeLayer => "nnConvTranspose2dSymQuant",
                ConvLayer => "nnConv2dSymQuant",
                BatchNormLayer => "BatchNorm2d",
                ActivationLayer { Kind: ActivationKind.Relu } => "ReLU",
                ActivationLayer { Kind: ActivationKind.Tanh } => "Tanh",
                PoolLayer { IsMax: true } => "MaxPool2d",
                UpsampleLayer => "Upsample",
                _ => "",
            };
            if (own == type) return layer;
            Assert.Empty(layer.Parameters);
        }

        throw new InvalidOperationException($"No layer is left for a module of type {type}.");
    }

    private static void Check(Node node, float[] values, JsonElement golden)
    {
        int[] shape = [.. golden.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        int channels = shape[1], pixels = shape.Length == 4 ? shape[2] * shape[3] : 1;
        Assert.Equal((node.Channels, node.Height * node.Width, shape[0] * channels * pixels), (channels, pixels, values.Length));

        double length = golden.GetProperty("l2").GetDouble(), rootMeanSquare = length / Math.Sqrt(values.Length);
        Assert.InRange(GoldenFormula.Norm(values) / length, 1 - Tolerance, 1 + Tolerance);
        Assert.Equal(golden.GetProperty("mean").GetDouble(), values.Average(value => (double)value), Tolerance * rootMeanSquare);

        // The first values in PyTorch's order run over the pixels of a channel, then over channels.
        double[] first = golden.GetProperty("first4").Doubles();
        double scale = Math.Max(rootMeanSquare, first.Max(Math.Abs));
        for (int i = 0; i < first.Length; i++) Assert.Equal(first[i], values[(i % pixels * channels) + (i / pixels)], Tolerance * scale);
    }
}
