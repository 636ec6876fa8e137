namespace RawFuse.Datasets;

/// <summary>A picture of any size, as decoded from its file.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Pixels">[Height, Width, 3] bytes, R G B interleaved.</param>
internal sealed record RgbImage(int Width, int Height, byte[] Pixels)
{
    /// <summary>The largest file: more than the most pixels take without compression.</summary>
    public const int MostFileBytes = 1 << 28;

    /// <summary>The largest width and height, that of JPEG; and the most pixels, some more than the largest of ImageNet has.</summary>
    private const int LargestSide = 65_535, MostPixels = 1 << 26;

    /// <summary>Refuses sizes that no picture of a data set has, before memory is allocated for them.</summary>
    /// <exception cref="DatasetException">There are no pixels or too many.</exception>
    public static void CheckSize(string path, long width, long height)
    {
        if (width is > 0 and <= LargestSide && height is > 0 and <= LargestSide && width * height <= MostPixels) return;
        throw new DatasetException(
            $"Image '{path}' has {width}x{height} pixels; expected a width and height from 1 to {LargestSide} and at most {MostPixels} pixels.");
    }
}
