namespace RawFuse.NeuralFuse.Generators;

/// <summary>ConvL and ConvS: convolutions down to an eighth of the resolution and, by nearest upsampling, up again.</summary>
internal static class ConvGenerator
{
    public static Node Define(NetworkBuilder net, bool large)
    {
        Node x = Encode(net, large);
        int[] decoder = large ? [128, 64, 32] : [64, 32, 3];
        for (int level = 0; level < 3; level++)
        {
            x = net.Upsample(Generator.ConvBlock(net, x, $"{level + 4}_1", decoder[level]), 2);
            if (large) x = Generator.ConvBlock(net, x, $"{level + 4}_2", decoder[level]);
        }

        return net.Tanh(net.BatchNorm2d(net.Conv2d(x, "convout", 3, kernel: 3, padding: 1), "bnout"));
    }

    /// <summary>The encoder, shared with DeConvL and DeConvS: per level one or two blocks, then a max pooling.</summary>
    public static Node Encode(NetworkBuilder net, bool large)
    {
        Node x = net.Input;
        int[] encoder = large ? [32, 64, 128] : [32, 64, 64];
        for (int level = 0; level < 3; level++)
        {
            x = Generator.ConvBlock(net, x, $"{level + 1}_1", encoder[level]);
            if (large) x = Generator.ConvBlock(net, x, $"{level + 1}_2", encoder[level]);
            x = net.MaxPool2d(x, 2);
        }

        return x;
    }
}
