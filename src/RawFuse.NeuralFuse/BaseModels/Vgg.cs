namespace RawFuse.NeuralFuse.BaseModels;

/// <summary>
/// VGG (Simonyan and Zisserman, 2015) with batch normalization: 3x3 convolutions with bias, then linear layers. For 32x32 images there is one of these; for
/// larger ones there are the original's three behind an adaptive pooling to 7x7, under torchvision's names. The original's dropout is left out: it does
/// nothing at inference, and training these models is not the paper's subject.
/// </summary>
internal static class Vgg
{
    /// <summary>The built-in demo's model: small activations and many weights, so that it trains in seconds but has an SRAM's worth to lose.</summary>
    public static readonly int[] Six = [16, Pool, 32, Pool, 128, Pool, 256, Pool, 512, Pool];

    public static readonly int[] A = [64, Pool, 128, Pool, 256, 256, Pool, 512, 512, Pool, 512, 512, Pool];

    public static readonly int[] D = [64, 64, Pool, 128, 128, Pool, 256, 256, 256, Pool, 512, 512, 512, Pool, 512, 512, 512, Pool];

    public static readonly int[] E =
        [64, 64, Pool, 128, 128, Pool, 256, 256, 256, 256, Pool, 512, 512, 512, 512, Pool, 512, 512, 512, 512, Pool];

    private const int Pool = 0;

    public static NetworkDefinition Define(string name, int[] filters, int classes, int image)
    {
        var net = new NetworkBuilder(image, image, 3);
        Node x = net.Input;

        // Names count PyTorch's modules: convolution, batch normalization, ReLU; a pooling is one.
        int module = 0;
        foreach (int count in filters)
        {
            if (count == Pool)
            {
                x = net.MaxPool2d(x, 2);
                module++;
                continue;
            }

            x = net.Conv2d(x, $"features.{module}", count, kernel: 3, padding: 1);
            x = net.Relu(net.BatchNorm2d(x, $"features.{module + 1}"));
            module += 3;
        }

        if (image == BaseModel.SmallImage) return net.Build(name, net.Linear(x, "classifier", classes));

        // Modules again: linear, ReLU, dropout.
        x = net.AdaptiveAveragePool2d(x, 7, 7);
        for (module = 0; module < 6; module += 3) x = net.Relu(net.Linear(x, $"classifier.{module}", 4096));
        return net.Build(name, net.Linear(x, $"classifier.{module}", classes));
    }
}
