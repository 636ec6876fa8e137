namespace RawFuse.NeuralFuse.Generators;

/// <summary>The six NeuralFuse generators, by name. Each computes F(x) = clip(x + G(x)) to [-1, 1] for images x in [-1, 1].</summary>
public static class Generator
{
    private static readonly Dictionary<string, Func<NetworkBuilder, Node>> Architectures = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ConvL"] = net => ConvGenerator.Define(net, large: true),
        ["ConvS"] = net => ConvGenerator.Define(net, large: false),
        ["DeConvL"] = net => DeConvGenerator.Define(net, large: true),
        ["DeConvS"] = net => DeConvGenerator.Define(net, large: false),
        ["UNetL"] = net => UNetGenerator.Define(net, width: 16),
        ["UNetS"] = net => UNetGenerator.Define(net, width: 8),
    };

    /// <summary>Names that <see cref="Define"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => Architectures.Keys;

    /// <summary>Declares a generator for square RGB images.</summary>
    /// <param name="name">One of <see cref="Names"/>, in any case.</param>
    /// <param name="image">Height and width in pixels, a multiple of 8.</param>
    /// <exception cref="ArgumentException">The name is unknown or the size not a multiple of 8.</exception>
    public static NetworkDefinition Define(string name, int image = 32)
    {
        string? known = Names.FirstOrDefault(candidate => candidate.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (known is null) throw new ArgumentException($"Unknown generator '{name}'; known are {string.Join(", ", Names)}.", nameof(name));
        if (image < 8 || image % 8 != 0) throw new ArgumentException($"Generators take images whose sides are multiples of 8 pixels, not {image}x{image}.", nameof(image));
        var net = new NetworkBuilder(image, image, 3);
        Node g = Architectures[known](net);
        return net.Build(known, net.Clamp(net.Add(net.Input, g), -1, 1));
    }

    /// <summary>3x3 convolution, batch normalization, ReLU: the block all generators are made of.</summary>
    internal static Node ConvBlock(NetworkBuilder net, Node x, string suffix, int filters) =>
        net.Relu(net.BatchNorm2d(net.Conv2d(x, $"conv{suffix}", filters, kernel: 3, padding: 1), $"bn{suffix}"));
}
