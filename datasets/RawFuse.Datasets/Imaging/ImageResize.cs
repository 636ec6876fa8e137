namespace RawFuse.Datasets;

/// <summary>
/// Resizes pictures with the antialiased triangle filter of <see cref="ResizeAxis"/>, first along rows, then along columns. Sums are float32 and rounded once;
/// torchvision on Pillow images rounds to bytes between the two as well, so results may differ from its by one step of 255.
/// </summary>
internal static class ImageResize
{
    /// <summary>The whole picture squashed to a square, torchvision's Resize((side, side)).</summary>
    /// <returns>[side, side, 3] bytes.</returns>
    public static byte[] Squash(RgbImage image, int side) =>
        Resize(image, new ResizeAxis(image.Width, side, 0, side), new ResizeAxis(image.Height, side, 0, side));

    /// <summary>
    /// The middle square of the picture, torchvision's Resize(side) and CenterCrop(side): the shorter side becomes <paramref name="side"/>, and the longer one
    /// is cut. What is cut is not computed.
    /// </summary>
    /// <returns>[side, side, 3] bytes.</returns>
    public static byte[] CropCenter(RgbImage image, int side)
    {
        int shorter = Math.Min(image.Width, image.Height);
        return Resize(image, Middle(image.Width), Middle(image.Height));

        ResizeAxis Middle(int length)
        {
            long resized = (long)side * length / shorter;
            return new ResizeAxis(length, resized, (long)Math.Round((resized - side) / 2.0), side);
        }
    }

    private static byte[] Resize(RgbImage image, ResizeAxis across, ResizeAxis down)
    {
        int sourceRow = image.Width * ImageSet.Channels, row = across.Count * ImageSet.Channels;
        var narrowed = new float[(down.End - down.Start) * row];
        for (int y = down.Start; y < down.End; y++)
            NarrowRow(image.Pixels.AsSpan(y * sourceRow, sourceRow), across, narrowed.AsSpan((y - down.Start) * row, row));

        var result = new byte[down.Count * row];
        var sums = new float[row];
        for (int y = 0; y < down.Count; y++)
        {
            Array.Clear(sums);
            ReadOnlySpan<float> weights = down.WeightsOf(y);
            for (int tap = 0; tap < weights.Length; tap++)
            {
                ReadOnlySpan<float> line = narrowed.AsSpan((down.FirstOf(y) - down.Start + tap) * row, row);
                for (int i = 0; i < sums.Length; i++) sums[i] += weights[tap] * line[i];
            }

            // Weights are not negative and their sum is 1, but for roundings.
            for (int i = 0; i < sums.Length; i++) result[(y * row) + i] = (byte)Math.Min(sums[i] + 0.5f, byte.MaxValue);
        }

        return result;
    }

    private static void NarrowRow(ReadOnlySpan<byte> source, ResizeAxis across, Span<float> target)
    {
        for (int x = 0; x < across.Count; x++)
        {
            ReadOnlySpan<float> weights = across.WeightsOf(x);
            float red = 0, green = 0, blue = 0;
            int at = across.FirstOf(x) * ImageSet.Channels;
            for (int tap = 0; tap < weights.Length; tap++, at += ImageSet.Channels)
            {
                red += weights[tap] * source[at];
                green += weights[tap] * source[at + 1];
                blue += weights[tap] * source[at + 2];
            }

            target[x * ImageSet.Channels] = red;
            target[(x * ImageSet.Channels) + 1] = green;
            target[(x * ImageSet.Channels) + 2] = blue;
        }
    }
}
