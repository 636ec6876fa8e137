namespace RawFuse.NeuralFuse.Generators;

/// <summary>
/// The six NeuralFuse generators, by name, and UIP, the baseline they are compared with. Each computes F(x) = clip(x + G(x)) to [-1, 1] for images x in
/// [-1, 1]. UIP is a universal input perturbation, G(x) = tanh(U): one trained image for all inputs, which starts at 0, so that an untrained F is the
/// identity (the reference does not give its start).
/// </summary>
public static class Generator
{
    private static readonly Dictionary<string, Func<NetworkBuilder, Node>> Architectures = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ConvL"] = Residual(net => ConvGenerator.Define(net, large: true)),
        ["ConvS"] = Residual(net => ConvGenerator.Define(net, large: false)),
        ["DeConvL"] = Residual(net => DeConvGenerator.Define(net, large: true)),
        ["DeConvS"] = Residual(net => DeConvGenerator.Define(net, large: false)),
        ["UNetL"] = Residual(net => UNetGenerator.Define(net, width: 16)),
        ["UNetS"] = Residual(net => UNetGenerator.Define(net, width: 8)),
        ["UIP"] = net => net.Perturb(net.Input, "U"),
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
        return net.Build(known, net.Clamp(Architectures[known](net), -1, 1));
    }

    private static Func<NetworkBuilder, Node> Residual(Func<NetworkBuilder, Node> g) => net => net.Add(net.Input, g(net));

    /// <summary>3x3 convolution, batch normalization, ReLU: the block all generators are made of.</summary>
    internal static Node ConvBlock(NetworkBuilder net, Node x, string suffix, int filters) =>
        net.Relu(net.BatchNorm2d(net.Conv2d(x, $"conv{suffix}", filters, kernel: 3, padding: 1), $"bn{suffix}"));
}
