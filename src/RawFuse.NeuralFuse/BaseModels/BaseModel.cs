namespace RawFuse.NeuralFuse.BaseModels;

/// <summary>
/// The classifiers that NeuralFuse protects, by name. The paper's five have two forms: one for images of 32x32 pixels, and the original, torchvision's, for
/// 224x224 and other sizes from 64x64 on.
/// </summary>
public static class BaseModel
{
    /// <summary>Height and width of the images that the small forms take.</summary>
    internal const int SmallImage = 32;

    /// <summary>
    /// The large forms halve the resolution five times, hence the multiples of 32; 32 itself means the small form. Beyond the largest size the values of a
    /// layer are more than 31 bits can count: 4096 x 4096 x 64 are 2^30.
    /// </summary>
    private const int ImageStep = 32, SmallestLargeImage = 64, LargestImage = 4096;

    /// <summary>Made for the demo's road signs; there is no large form.</summary>
    private const string Demo = "vgg6";

    private static readonly Dictionary<string, Func<int, int, NetworkDefinition>> Architectures = new(StringComparer.OrdinalIgnoreCase)
    {
        [Demo] = (classes, image) => Vgg.Define(Demo, Vgg.Six, classes, image),
        ["vgg11"] = (classes, image) => Vgg.Define("vgg11", Vgg.A, classes, image),
        ["vgg16"] = (classes, image) => Vgg.Define("vgg16", Vgg.D, classes, image),
        ["vgg19"] = (classes, image) => Vgg.Define("vgg19", Vgg.E, classes, image),
        ["resnet18"] = (classes, image) => ResNet.Define("resnet18", ResNet.Eighteen, classes, image),
        ["resnet50"] = (classes, image) => ResNet.Define("resnet50", ResNet.Fifty, classes, image),
    };

    /// <summary>Names that <see cref="Define"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => Architectures.Keys;

    /// <summary>Declares a base model for square RGB images.</summary>
    /// <param name="name">One of <see cref="Names"/>, in any case.</param>
    /// <param name="classes">2 or more.</param>
    /// <param name="image">Height and width in pixels: 32 for the small form; 64 to 4096, a multiple of 32, for the large one (vgg6 has none).</param>
    /// <exception cref="ArgumentException">The name is unknown or a number out of range.</exception>
    public static NetworkDefinition Define(string name, int classes, int image = SmallImage)
    {
        if (!Architectures.TryGetValue(name, out Func<int, int, NetworkDefinition>? define))
            throw new ArgumentException($"Unknown base model '{name}'; known are {string.Join(", ", Names)}.", nameof(name));
        if (classes < 2) throw new ArgumentException($"A classifier needs 2 classes or more, not {classes}.", nameof(classes));
        bool hasLarge = !name.Equals(Demo, StringComparison.OrdinalIgnoreCase);
        bool isLarge = image is >= SmallestLargeImage and <= LargestImage && image % ImageStep == 0;
        if (image == SmallImage || (hasLarge && isLarge)) return define(classes, image);
        string more = hasLarge ? $", or from {SmallestLargeImage}x{SmallestLargeImage} to {LargestImage}x{LargestImage} in multiples of {ImageStep}" : "";
        throw new ArgumentException($"Base model '{name}' takes images of {SmallImage}x{SmallImage} pixels{more}, not {image}x{image}.", nameof(image));
    }
}
