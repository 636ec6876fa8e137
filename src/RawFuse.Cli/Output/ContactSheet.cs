using RawFuse.Datasets;
using StbImageWriteSharp;

namespace RawFuse.Cli.Output;

/// <summary>Many images in one picture: row by row from the top left, with a thin gap around each.</summary>
internal sealed class ContactSheet
{
    private const int Gap = 2;
    private const byte GapColor = 255;

    /// <summary>Images of fewer pixels than this a side are enlarged by a whole number, pixel for pixel.</summary>
    private const int LegibleSide = 96;

    private readonly int height, width, scale;
    private readonly byte[] pixels;

    private ContactSheet(ImageSet images, int count)
    {
        (height, width) = (images.Height, images.Width);
        scale = Math.Max(1, LegibleSide / Math.Max(height, width));
        Columns = (int)Math.Ceiling(Math.Sqrt(count));
        int rows = (count + Columns - 1) / Columns;
        (Height, Width) = (Gap + rows * (scale * height + Gap), Gap + Columns * (scale * width + Gap));
        pixels = new byte[checked(Height * Width * ImageSet.Channels)];
        pixels.AsSpan().Fill(GapColor);
        Labels = new int[count];
    }

    /// <summary>Images in a row.</summary>
    public int Columns { get; }

    /// <summary>The picture's height in pixels.</summary>
    public int Height { get; }

    /// <summary>The picture's width in pixels.</summary>
    public int Width { get; }

    /// <summary>The class of each image, in the sheet's order.</summary>
    public int[] Labels { get; }

    /// <summary>Height * Width * 3 bytes, R G B interleaved.</summary>
    public ReadOnlySpan<byte> Pixels => pixels;

    /// <summary>Draws images at random and puts them on a sheet, as a loader hands them to a network in its first epoch.</summary>
    /// <param name="images">Where they come from.</param>
    /// <param name="count">How many; all of them where there are fewer.</param>
    /// <param name="seed">Seed of the draw and of the augmentation.</param>
    /// <param name="augmentation">What happens to each of them.</param>
    public static ContactSheet Of(ImageSet images, int count, ulong seed, Augmentation augmentation)
    {
        var loader = new BatchLoader(images, Math.Min(count, images.Count), seed, augmentation);
        var sheet = new ContactSheet(images, loader.BatchSize);
        var batch = new float[loader.BatchSize * images.ImageBytes];
        loader.Fill(loader.Batches(0).First().Span, 0, batch, sheet.Labels);
        for (int i = 0; i < loader.BatchSize; i++) sheet.Place(i, batch.AsSpan(i * images.ImageBytes, images.ImageBytes));
        return sheet;
    }

    /// <summary>Writes the picture.</summary>
    public void WritePng(Stream stream) => new ImageWriter().WritePng(pixels, Width, Height, ColorComponents.RedGreenBlue, stream);

    private void Place(int index, ReadOnlySpan<float> image)
    {
        int top = Gap + index / Columns * (scale * height + Gap), left = Gap + index % Columns * (scale * width + Gap);
        for (int y = 0; y < scale * height; y++)
        {
            Span<byte> row = pixels.AsSpan(((top + y) * Width + left) * ImageSet.Channels, scale * width * ImageSet.Channels);
            ReadOnlySpan<float> source = image.Slice(y / scale * width * ImageSet.Channels, width * ImageSet.Channels);
            for (int x = 0; x < row.Length; x++)
            {
                int pixel = x / ImageSet.Channels / scale, channel = x % ImageSet.Channels;
                row[x] = ByteOf(source[pixel * ImageSet.Channels + channel]);
            }
        }
    }

    /// <summary>-1..1 to 0..255.</summary>
    private static byte ByteOf(float value) => (byte)Math.Clamp(MathF.Round((value + 1) * 127.5f), 0, 255);
}
