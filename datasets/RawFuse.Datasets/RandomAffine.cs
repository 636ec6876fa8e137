namespace RawFuse.Datasets;

/// <summary>
/// A random shift and scale about the image's middle, in the manner of torchvision's RandomAffine without rotation: whole pixels of shift, the nearest source
/// pixel, black from outside the image.
/// </summary>
/// <param name="Shift">The largest shift each way as a share of the image's width and height, 0 to 1.</param>
/// <param name="MinScale">The smallest scale, above 0.</param>
/// <param name="MaxScale">The largest scale.</param>
public sealed record RandomAffine(float Shift, float MinScale, float MaxScale)
{
    /// <summary>The largest shift each way as a share of the image's width and height, 0 to 1.</summary>
    public float Shift { get; } = Shift is >= 0 and <= 1 ? Shift : throw new ArgumentOutOfRangeException(nameof(Shift), Shift, "The shift is not in 0..1.");

    /// <summary>The smallest scale, above 0.</summary>
    public float MinScale { get; } = MinScale is > 0 and < float.PositiveInfinity
        ? MinScale : throw new ArgumentOutOfRangeException(nameof(MinScale), MinScale, "The smallest scale is not above 0.");

    /// <summary>The largest scale.</summary>
    public float MaxScale { get; } = MaxScale >= MinScale && MaxScale < float.PositiveInfinity
        ? MaxScale : throw new ArgumentOutOfRangeException(nameof(MaxScale), MaxScale, "The largest scale is below the smallest.");
}
