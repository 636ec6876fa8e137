namespace RawFuse.NeuralFuse.BaseModels;

/// <summary>
/// VGG (Simonyan and Zisserman, 2015) with batch normalization, in the form used for 32x32 images: 3x3 convolutions with bias, and
/// one linear layer behind the last pooling.
/// </summary>
internal static class Vgg
{
    private const int Pool = 0;

    /// <summary>The built-in demo's model: small activations and many weights, so that it trains in seconds but has an SRAM's worth to lose.</summary>
    public static readonly int[] Six = [16, Pool, 32, Pool, 128, Pool, 256, Pool, 512, Pool];

    public static readonly int[] A = [64, Pool, 128, Pool, 256, 256, Pool, 512, 512, Pool, 512, 512, Pool];

    public static readonly int[] D = [64, 64, Pool, 128, 128, Pool, 256, 256, 256, Pool, 512, 512, 512, Pool, 512, 512, 512, Pool];

    public static readonly int[] E =
        [64, 64, Pool, 128, 128, Pool, 256, 256, 256, 256, Pool, 512, 512, 512, 512, Pool, 512, 512, 512, 512, Pool];

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

        return net.Build(name, net.Linear(x, "classifier", classes));
    }
}
