namespace RawFuse.NeuralFuse.Generators;

/// <summary>DeConvL and DeConvS: the encoder of ConvL and ConvS, and 4x4 transposed convolutions of stride 2 on the way up.</summary>
internal static class DeConvGenerator
{
    public static Node Define(NetworkBuilder net, bool large)
    {
        Node x = ConvGenerator.Encode(net, large);
        if (large) x = Generator.ConvBlock(net, x, "_mid", 128);
        int[] decoder = [64, 32, 3];
        for (int level = 0; level < 3; level++)
        {
            x = net.ConvTranspose2d(x, $"dconv{level + 4}_1", decoder[level], kernel: 4, stride: 2, padding: 1);
            x = net.BatchNorm2d(x, $"bn{level + 4}_1");
            if (level == 2) return net.Tanh(x);
            x = net.Relu(x);
            if (large) x = Generator.ConvBlock(net, x, $"{level + 4}_2", decoder[level]);
        }

        return x;
    }
}
