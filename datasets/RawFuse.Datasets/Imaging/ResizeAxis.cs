namespace RawFuse.Datasets;

/// <summary>
/// Which source pixels make each pixel of a resized line, and with what weights. The filter is a triangle (bilinear interpolation) as wide as the distance of
/// two results when shrinking, so that every source pixel counts: what Pillow's BILINEAR and torchvision's antialiased resize compute.
/// </summary>
internal sealed class ResizeAxis
{
    private readonly int[] first;
    private readonly float[][] weights;

    /// <summary>Lays out a window of a resized line.</summary>
    /// <param name="source">Pixels of the source, 1 or more.</param>
    /// <param name="resized">Pixels of the whole resized line.</param>
    /// <param name="start">Where the window begins in it.</param>
    /// <param name="count">Pixels of the window.</param>
    public ResizeAxis(int source, long resized, long start, int count)
    {
        first = new int[count];
        weights = new float[count][];
        double scale = (double)source / resized, radius = Math.Max(scale, 1);
        for (int i = 0; i < count; i++)
        {
            double center = (start + i + 0.5) * scale;
            int low = Math.Max(0, (int)(center - radius + 0.5)), high = Math.Min(source, (int)(center + radius + 0.5));
            double[] triangle = [.. Enumerable.Range(low, high - low).Select(pixel => Math.Max(0, 1 - (Math.Abs(pixel + 0.5 - center) / radius)))];
            double sum = triangle.Sum();
            first[i] = low;
            weights[i] = [.. triangle.Select(weight => (float)(weight / sum))];
        }
    }

    /// <summary>Pixels of the window.</summary>
    public int Count => first.Length;

    /// <summary>The first source pixel that the window needs.</summary>
    public int Start => first[0];

    /// <summary>The source pixel behind the last one that the window needs.</summary>
    public int End => first[^1] + weights[^1].Length;

    /// <summary>The first source pixel of a result.</summary>
    public int FirstOf(int pixel) => first[pixel];

    /// <summary>The weights of a result's source pixels; their sum is 1.</summary>
    public ReadOnlySpan<float> WeightsOf(int pixel) => weights[pixel];
}
