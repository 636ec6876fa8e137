using StbImageWriteSharp;

namespace RawFuse.Tests.Datasets;

/// <summary>Pictures for tests, and the files they make.</summary>
internal static class PictureBytes
{
    /// <summary>A smooth picture, which JPEG keeps nearly as it is.</summary>
    /// <returns>[height, width, 3] bytes.</returns>
    public static byte[] Smooth(int width, int height, int seed = 0)
    {
        var pixels = new byte[width * height * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int x, int y, int channel) = (i / 3 % width, i / 3 / width, i % 3);
            pixels[i] = (byte)(128 + (60 * Math.Sin((x / 11.0) + channel + seed)) + (60 * Math.Cos((y / 9.0) - channel)));
        }

        return pixels;
    }

    /// <summary>A JPEG file.</summary>
    public static byte[] Jpeg(int width, int height, byte[] pixels) =>
        Written(stream => new ImageWriter().WriteJpg(pixels, width, height, ColorComponents.RedGreenBlue, stream, quality: 95));

    /// <summary>A PNG file.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="pixels">[height, width, channels] bytes.</param>
    /// <param name="channels">1 for grey, 3 for RGB, 4 for RGB with transparency.</param>
    public static byte[] Png(int width, int height, byte[] pixels, int channels = 3) =>
        Written(stream => new ImageWriter().WritePng(pixels, width, height, (ColorComponents)channels, stream));

    private static byte[] Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }
}
