namespace RawFuse.NeuralFuse.BaseModels;

/// <summary>ResNet (He et al., 2016) in the form used for 32x32 images: a 3x3 stem, four stages, global average pooling.</summary>
internal static class ResNet
{
    public static NetworkDefinition Define(string name, bool bottleneck, int[] blocks, int classes, int image)
    {
        var net = new NetworkBuilder(image, image, 3);
        Node x = net.Relu(Conv(net, net.Input, "conv1", "bn1", 64, kernel: 3, stride: 1), functional: true);
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            int width = 64 << stage;
            for (int block = 0; block < blocks[stage]; block++)
            {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                string prefix = $"layer{stage + 1}.{block}.";
                x = bottleneck ? Bottleneck(net, x, prefix, width, stride) : Basic(net, x, prefix, width, stride);
            }
        }

        x = net.AveragePool2d(x, x.Height, functional: true);
        return net.Build(name, net.Linear(x, "linear", classes));
    }

    private static Node Basic(NetworkBuilder net, Node x, string prefix, int width, int stride)
    {
        Node y = net.Relu(Conv(net, x, $"{prefix}conv1", $"{prefix}bn1", width, 3, stride));
        y = Conv(net, y, $"{prefix}conv2", $"{prefix}bn2", width, 3, 1);
        return net.Relu(net.Add(y, Shortcut(net, x, prefix, width, stride)));
    }

    private static Node Bottleneck(NetworkBuilder net, Node x, string prefix, int width, int stride)
    {
        Node y = net.Relu(Conv(net, x, $"{prefix}conv1", $"{prefix}bn1", width, 1, 1));
        y = net.Relu(Conv(net, y, $"{prefix}conv2", $"{prefix}bn2", width, 3, stride));
        y = Conv(net, y, $"{prefix}conv3", $"{prefix}bn3", 4 * width, 1, 1);
        return net.Relu(net.Add(y, Shortcut(net, x, prefix, 4 * width, stride)));
    }

    private static Node Shortcut(NetworkBuilder net, Node x, string prefix, int filters, int stride) =>
        stride == 1 && x.Channels == filters ? x : Conv(net, x, $"{prefix}shortcut.0", $"{prefix}shortcut.1", filters, 1, stride);

    private static Node Conv(NetworkBuilder net, Node x, string name, string norm, int filters, int kernel, int stride) =>
        net.BatchNorm2d(net.Conv2d(x, name, filters, kernel, stride, padding: kernel / 2, bias: false), norm);
}
