using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.Tests.Support;
using Image = RawFuse.Tests.Method.NaiveClassifier.Image;

namespace RawFuse.Tests.Method;

/// <summary>
/// The base models for large images, against torchvision's definitions written out in float64. (Their sizes are checked with the energy: parameters and
/// operations at 224x224 equal the reference's.)
/// </summary>
public sealed class LargeModelTests
{
    /// <summary>Float32 sums of up to 25088 products through up to 50 layers against float64.</summary>
    private const double Tolerance = 2e-5;

    /// <summary>Double precision, summed in another order.</summary>
    private const double OraclesTolerance = 1e-12;

    private static readonly int[] Vgg11 = [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0]; // 0 is a 2x2 max pooling

    /// <summary>At 64x64 a VGG's last feature maps have 2x2 pixels, which the adaptive pooling repeats to 7x7.</summary>
    [Theory]
    [InlineData("resnet18", 224)]
    [InlineData("resnet50", 64)]
    [InlineData("vgg11", 64)]
    public void GivesTorchvisionsLogits(string name, int size)
    {
        const int classes = 12;
        using var device = new CpuDevice();
        using var network = new Network(BaseModel.Define(name, classes, size), device, seed: 1);
        uint p = 0;
        foreach (ParameterSpec parameter in network.Definition.Parameters.Where(parameter => parameter.Role != ParameterRole.Weight))
        {
            bool isFactor = parameter.Role is ParameterRole.Gamma or ParameterRole.RunningVariance;
            network[parameter.Name].Set([.. GoldenFormula.Values(parameter.Shape.Length, p++).Select(value => (isFactor ? 1 : 0) + (0.2f * value))]);
        }

        var image = new Image(3, size, size);
        var pixels = new float[image.Values.Length];
        float[] values = GoldenFormula.Values(pixels.Length, 1000003);
        for (int i = 0; i < values.Length; i++)
        {
            image.Values[i] = values[i];
            pixels[(i % (size * size) * 3) + (i / (size * size))] = values[i];
        }

        using Tensor images = Tensor.From(device, new Shape(1, size, size, 3), pixels);
        using Tensor logits = network.Forward(images);
        Assert.Equal(new Shape(1, classes), logits.Shape);
        var naive = new NaiveClassifier(network);
        Image expected = name switch
        {
            "resnet18" => ResNet(naive, image, [2, 2, 2, 2], isBottleneck: false, classes),
            "resnet50" => ResNet(naive, image, [3, 4, 6, 3], isBottleneck: true, classes),
            _ => Vgg(naive, image, classes),
        };
        Assert.InRange(GoldenFormula.RelativeError(logits.ToArray(), expected.Values), 0, Tolerance);
        Assert.Equal(network.Definition.Parameters.Select(parameter => parameter.Name).Order(), naive.Used.Order());
        if (name != "resnet50") return;

        // The other oracle computes what the engine declares; where it knows all layers (and the images are small) both are the same to the last digits.
        var declared = new Float64Network(
            network.Definition, parameter => Array.ConvertAll(network[parameter.Name].ToArray(), value => (double)value), isTraining: false);
        double[] same = declared.Forward(Array.ConvertAll(pixels, value => (double)value));
        double largest = expected.Values.Max(Math.Abs);
        for (int i = 0; i < classes; i++) Assert.Equal(expected.Values[i], same[i], OraclesTolerance * largest);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(96)]
    [InlineData(224)]
    [InlineData(4096)]
    public void FitsEveryPossibleImage(int image)
    {
        foreach (string name in BaseModel.Names)
        {
            if (name == "vgg6" && image != 32) continue;
            NetworkDefinition definition = BaseModel.Define(name.ToUpperInvariant(), 3, image);
            Assert.Equal((image, image, 3, name), (definition.Input.Height, definition.Input.Width, definition.Input.Channels, definition.Name));
            Assert.Equal((1, 1, 3), (definition.Output.Height, definition.Output.Width, definition.Output.Channels));
        }
    }

    [Theory]
    [InlineData("resnet18", 0)]
    [InlineData("resnet18", -64)]
    [InlineData("resnet50", 31)]
    [InlineData("vgg11", 48)]
    [InlineData("vgg16", 225)]
    [InlineData("vgg19", 4128)]
    [InlineData("vgg11", int.MinValue)]
    [InlineData("vgg6", 224)]
    [InlineData("VGG6", 64)]
    public void RefusesOtherImages(string name, int image)
    {
        string message = Assert.Throws<ArgumentException>(() => BaseModel.Define(name, 10, image)).Message;
        Assert.Contains("32x32", message);
        Assert.Contains($"not {image}x{image}", message);
        Assert.Equal(!name.Equals("vgg6", StringComparison.OrdinalIgnoreCase), message.Contains("64x64 to 4096x4096 in multiples of 32"));
    }

    /// <summary>torchvision.models.resnet.</summary>
    private static Image ResNet(NaiveClassifier net, Image image, int[] blocks, bool isBottleneck, int classes)
    {
        Image x = NaiveClassifier.Relu(net.Normalize(net.Convolve(image, "conv1", 64, 7, stride: 2, padding: 3), "bn1"));
        x = NaiveClassifier.MaxPool(x, 3, stride: 2, padding: 1);
        for (int stage = 0; stage < 4; stage++)
        {
            int planes = 64 * (int)Math.Pow(2, stage);
            for (int block = 0; block < blocks[stage]; block++)
            {
                string prefix = $"layer{stage + 1}.{block}";
                int stride = stage > 0 && block == 0 ? 2 : 1;
                Image identity = x, y;
                if (isBottleneck)
                {
                    y = NaiveClassifier.Relu(net.Normalize(net.Convolve(x, $"{prefix}.conv1", planes, 1, 1, 0), $"{prefix}.bn1"));
                    y = NaiveClassifier.Relu(net.Normalize(net.Convolve(y, $"{prefix}.conv2", planes, 3, stride, 1), $"{prefix}.bn2"));
                    y = net.Normalize(net.Convolve(y, $"{prefix}.conv3", 4 * planes, 1, 1, 0), $"{prefix}.bn3");
                }
                else
                {
                    y = NaiveClassifier.Relu(net.Normalize(net.Convolve(x, $"{prefix}.conv1", planes, 3, stride, 1), $"{prefix}.bn1"));
                    y = net.Normalize(net.Convolve(y, $"{prefix}.conv2", planes, 3, 1, 1), $"{prefix}.bn2");
                }

                if (block == 0 && (stage > 0 || isBottleneck))
                    identity = net.Normalize(net.Convolve(x, $"{prefix}.downsample.0", y.Channels, 1, stride, 0), $"{prefix}.downsample.1");
                x = NaiveClassifier.Relu(NaiveClassifier.Add(y, identity));
            }
        }

        return net.Linear(NaiveClassifier.AdaptiveAveragePool(x, 1), "fc", classes);
    }

    /// <summary>torchvision.models.vgg at inference.</summary>
    private static Image Vgg(NaiveClassifier net, Image image, int classes)
    {
        Image x = image;
        int module = 0;
        foreach (int filters in Vgg11)
        {
            if (filters == 0)
            {
                x = NaiveClassifier.MaxPool(x, 2, stride: 2, padding: 0);
                module += 1;
                continue;
            }

            x = net.Convolve(x, $"features.{module}", filters, 3, 1, 1, bias: true);
            x = NaiveClassifier.Relu(net.Normalize(x, $"features.{module + 1}"));
            module += 3;
        }

        x = NaiveClassifier.AdaptiveAveragePool(x, 7);
        x = NaiveClassifier.Relu(net.Linear(x, "classifier.0", 4096));
        x = NaiveClassifier.Relu(net.Linear(x, "classifier.3", 4096));
        return net.Linear(x, "classifier.6", classes);
    }
}
