namespace RawFuse.NeuralFuse.BaseModels;

/// <summary>
/// ResNet (He et al., 2016): a stem, four stages of residual blocks of 64, 128, 256 and 512 channels, global average pooling, a linear layer. The stage's
/// stride is taken by a block's first 3x3 convolution.
/// </summary>
internal static class ResNet
{
    public static readonly Depth Eighteen = new([2, 2, 2, 2], Kernels: [3, 3], Expansion: 1);

    public static readonly Depth Fifty = new([3, 4, 6, 3], Kernels: [1, 3, 1], Expansion: 4);

    /// <summary>The form for 32x32 images.</summary>
    private static readonly Form Small = new(StemKernel: 3, StemStride: 1, HasStemPool: false, Shortcut: "shortcut", Head: "linear");

    /// <summary>The original form, under torchvision's names.</summary>
    private static readonly Form Large = new(StemKernel: 7, StemStride: 2, HasStemPool: true, Shortcut: "downsample", Head: "fc");

    public static NetworkDefinition Define(string name, Depth depth, int classes, int image)
    {
        Form form = image == BaseModel.SmallImage ? Small : Large;
        var net = new NetworkBuilder(image, image, 3);
        Node x = net.Relu(Conv(net, net.Input, "conv1", "bn1", 64, form.StemKernel, form.StemStride), functional: !form.HasStemPool);
        if (form.HasStemPool) x = net.MaxPool2d(x, window: 3, stride: 2, padding: 1);
        for (int stage = 0; stage < depth.Blocks.Length; stage++)
            for (int block = 0; block < depth.Blocks[stage]; block++)
                x = Block(net, x, $"layer{stage + 1}.{block}.", depth, form.Shortcut, width: 64 << stage, stride: stage > 0 && block == 0 ? 2 : 1);
        x = net.AveragePool2d(x, x.Height, functional: true);
        return net.Build(name, net.Linear(x, form.Head, classes));
    }

    private static Node Block(NetworkBuilder net, Node x, string prefix, Depth depth, string shortcut, int width, int stride)
    {
        int last = depth.Kernels.Length - 1, strided = Array.IndexOf(depth.Kernels, 3), filters = width * depth.Expansion;
        Node y = x;
        for (int i = 0; i <= last; i++)
        {
            y = Conv(net, y, $"{prefix}conv{i + 1}", $"{prefix}bn{i + 1}", i == last ? filters : width, depth.Kernels[i], i == strided ? stride : 1);
            if (i < last) y = net.Relu(y);
        }

        bool isIdentity = stride == 1 && x.Channels == filters;
        return net.Relu(net.Add(y, isIdentity ? x : Conv(net, x, $"{prefix}{shortcut}.0", $"{prefix}{shortcut}.1", filters, kernel: 1, stride)));
    }

    private static Node Conv(NetworkBuilder net, Node x, string name, string norm, int filters, int kernel, int stride) =>
        net.BatchNorm2d(net.Conv2d(x, name, filters, kernel, stride, padding: kernel / 2, bias: false), norm);

    /// <param name="Blocks">Blocks of each stage.</param>
    /// <param name="Kernels">Kernel sizes of a block's convolutions.</param>
    /// <param name="Expansion">How many times as many channels a block's last convolution makes.</param>
    internal sealed record Depth(int[] Blocks, int[] Kernels, int Expansion);

    /// <param name="StemKernel">Kernel size of the first convolution.</param>
    /// <param name="StemStride">Its stride.</param>
    /// <param name="HasStemPool">Whether a max pooling halves the resolution behind it.</param>
    /// <param name="Shortcut">Name of the shortcut's layers.</param>
    /// <param name="Head">Name of the linear layer.</param>
    private sealed record Form(int StemKernel, int StemStride, bool HasStemPool, string Shortcut, string Head);
}
