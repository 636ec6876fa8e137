namespace RawFuse.NeuralFuse.BaseModels;

/// <summary>The classifiers that NeuralFuse protects, by name.</summary>
public static class BaseModel
{
    private static readonly Dictionary<string, Func<int, int, NetworkDefinition>> Architectures = new(StringComparer.OrdinalIgnoreCase)
    {
        ["vgg6"] = (classes, image) => Vgg.Define("vgg6", Vgg.Six, classes, image),
        ["vgg11"] = (classes, image) => Vgg.Define("vgg11", Vgg.A, classes, image),
        ["vgg16"] = (classes, image) => Vgg.Define("vgg16", Vgg.D, classes, image),
        ["vgg19"] = (classes, image) => Vgg.Define("vgg19", Vgg.E, classes, image),
        ["resnet18"] = (classes, image) => ResNet.Define("resnet18", bottleneck: false, [2, 2, 2, 2], classes, image),
        ["resnet50"] = (classes, image) => ResNet.Define("resnet50", bottleneck: true, [3, 4, 6, 3], classes, image),
    };

    /// <summary>Names that <see cref="Define"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => Architectures.Keys;

    /// <summary>Declares a base model for square RGB images.</summary>
    /// <param name="name">One of <see cref="Names"/>, in any case.</param>
    /// <param name="classes">2 or more.</param>
    /// <param name="image">Height and width in pixels: 32.</param>
    /// <exception cref="ArgumentException">The name is unknown or a number out of range.</exception>
    public static NetworkDefinition Define(string name, int classes, int image = 32)
    {
        if (!Architectures.TryGetValue(name, out Func<int, int, NetworkDefinition>? define))
            throw new ArgumentException($"Unknown base model '{name}'; known are {string.Join(", ", Names)}.", nameof(name));
        if (classes < 2) throw new ArgumentException($"A classifier needs 2 classes or more, not {classes}.", nameof(classes));
        if (image != 32) throw new ArgumentException($"Base models take images of 32x32 pixels, not {image}x{image}.", nameof(image));
        return define(classes, image);
    }
}
