namespace RawFuse.Datasets;

/// <summary>
/// Random geometry of training images: a shift and a scale, then a crop of the image's own size out of the image with a black border, then perhaps a mirror
/// image, then a square that is cut out. Each is drawn anew for every image and epoch.
/// </summary>
/// <param name="Padding">Width of the black border in pixels; the crop is shifted by -Padding..Padding each way. 0: no crop.</param>
/// <param name="Flip">Mirror left and right with probability 1/2.</param>
public sealed record Augmentation(int Padding, bool Flip)
{
    /// <summary>Images as they are.</summary>
    public static Augmentation None { get; } = new(0, Flip: false);

    /// <summary>The NeuralFuse paper's for CIFAR: crop with padding 4, horizontal flip.</summary>
    public static Augmentation Cifar { get; } = new(4, Flip: true);

    /// <summary>
    /// The NeuralFuse paper's for GTSRB: shift up to 0.35 of the size, scale 0.65 to 1.35, crop with padding 4, horizontal flip (although a mirrored arrow is another class).
    /// </summary>
    public static Augmentation Gtsrb { get; } = new(4, Flip: true) { Affine = new RandomAffine(0.35f, 0.65f, 1.35f) };

    /// <summary>For road signs: crop with padding 2 and no flip, since a mirrored arrow is another class.</summary>
    public static Augmentation Signs { get; } = new(2, Flip: false);

    /// <summary>For digits: crop with padding 2 and no flip, since a mirrored digit is none.</summary>
    public static Augmentation Digits { get; } = new(2, Flip: false);

    /// <summary>For pictures of 224x224: crop with padding 28, the same share of the image as CIFAR's, and horizontal flip.</summary>
    public static Augmentation Pictures { get; } = new(28, Flip: true);

    /// <summary>Width of the black border in pixels, not negative.</summary>
    public int Padding { get; } = Padding >= 0 ? Padding : throw new ArgumentOutOfRangeException(nameof(Padding), Padding, "The padding is negative.");

    /// <summary>Shift and scale before the crop; null for none.</summary>
    public RandomAffine? Affine { get; init; }

    /// <summary>
    /// Cutout (DeVries, Taylor, arXiv 1708.04552): the side in pixels of a square that becomes middle grey, value 0. Its centre is uniform over the image's pixels,
    /// and what leaves the image is lost. An even square reaches one pixel further up and left than down and right. 0: none.
    /// </summary>
    public int Cutout
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Cutout), value, "The side is negative.");
    }
}
