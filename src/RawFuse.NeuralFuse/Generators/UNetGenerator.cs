namespace RawFuse.NeuralFuse.Generators;

/// <summary>
/// UNetL and UNetS (after Ronneberger et al., 2015). No batch normalization or tanh at the end. As in the reference, the 2x2 transposed convolutions
/// have padding 1: what they make is two pixels smaller than the skip connection, and is padded with zeros to its size.
/// </summary>
internal static class UNetGenerator
{
    private const int Levels = 3;

    public static Node Define(NetworkBuilder net, int width)
    {
        var skips = new Stack<Node>();
        Node x = DoubleConv(net, net.Input, "inc.double_conv", width);
        for (int level = 1; level <= Levels; level++)
        {
            skips.Push(x);
            x = DoubleConv(net, net.MaxPool2d(x, 2), $"down{level}.maxpool_conv.1.double_conv", width << level);
        }

        for (int level = 1; level <= Levels; level++)
        {
            Node skip = skips.Pop();
            Node up = net.ConvTranspose2d(x, $"up{level}.up", x.Channels / 2, kernel: 2, stride: 2, padding: 1);
            up = net.Pad(up, skip.Height, skip.Width, (skip.Height - up.Height) / 2, (skip.Width - up.Width) / 2);
            x = DoubleConv(net, net.Concat(skip, up), $"up{level}.conv.double_conv", skip.Channels);
        }

        return net.Conv2d(x, "outc.conv", 3, kernel: 1);
    }

    private static Node DoubleConv(NetworkBuilder net, Node x, string prefix, int filters)
    {
        for (int module = 0; module <= 3; module += 3)
        {
            x = net.Conv2d(x, $"{prefix}.{module}", filters, kernel: 3, padding: 1, bias: false);
            x = net.Relu(net.BatchNorm2d(x, $"{prefix}.{module + 1}"));
        }

        return x;
    }
}
