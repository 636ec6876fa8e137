namespace RawFuse.Datasets;

/// <summary>
/// Random geometry of training images: a crop of the image's own size out of the image with a black border, then perhaps a mirror image.
/// </summary>
/// <param name="Padding">Width of the black border in pixels; the crop is shifted by -Padding..Padding each way. 0: no crop.</param>
/// <param name="Flip">Mirror left and right with probability 1/2.</param>
public sealed record Augmentation(int Padding, bool Flip)
{
    /// <summary>Images as they are.</summary>
    public static Augmentation None { get; } = new(0, Flip: false);

    /// <summary>The NeuralFuse paper's for CIFAR: crop with padding 4, horizontal flip.</summary>
    public static Augmentation Cifar { get; } = new(4, Flip: true);

    /// <summary>For road signs: crop with padding 2 and no flip, since a mirrored arrow is another class.</summary>
    public static Augmentation Signs { get; } = new(2, Flip: false);

    /// <summary>Width of the black border in pixels, not negative.</summary>
    public int Padding { get; } = Padding >= 0 ? Padding : throw new ArgumentOutOfRangeException(nameof(Padding), Padding, "The padding is negative.");
}
