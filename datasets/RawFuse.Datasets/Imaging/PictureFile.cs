using StbImageSharp;

namespace RawFuse.Datasets;

/// <summary>Reader of JPEG and PNG pictures. Which of the two a file is follows from its content, since one of ImageNet's .JPEG files is a PNG.</summary>
internal static class PictureFile
{
    private const string Expected = "a JPEG or PNG image";

    private static ReadOnlySpan<byte> JpegStart => [0xFF, 0xD8, 0xFF];

    private static ReadOnlySpan<byte> PngStart => [0x89, (byte)'P', (byte)'N', (byte)'G'];

    /// <summary>Reads a picture. Grey ones become RGB; transparency is dropped.</summary>
    /// <exception cref="DatasetException">The file is missing, unreadable, cut, or not such a picture.</exception>
    public static RgbImage Read(string dataSet, string path)
    {
        byte[] file = DatasetFile.Read(dataSet, path, Expected, RgbImage.MostFileBytes);

        // The decoder knows more formats, some of them by next to nothing.
        if (!file.AsSpan().StartsWith(JpegStart) && !file.AsSpan().StartsWith(PngStart))
            throw new DatasetException($"Image '{path}' is not of a known format; expected {Expected}.");
        try
        {
            ImageInfo info = ImageInfo.FromStream(new PictureStream(file)) ?? throw new InvalidDataException("The header is damaged.");
            RgbImage.CheckSize(path, info.Width, info.Height);
            var stream = new PictureStream(file);
            ImageResult image = ImageResult.FromStream(stream, ColorComponents.RedGreenBlue);
            if (stream.IsOverrun) throw new DatasetException($"Image '{path}' ends after {file.Length} bytes in the middle of its data; expected {Expected}.");
            return new RgbImage(image.Width, image.Height, image.Data);
        }
        catch (Exception error) when (error is not DatasetException)
        {
            // The decoder documents no exceptions, and its reasons quote what is in the file; whatever stops it is there.
            throw new DatasetException($"Image '{path}' cannot be decoded; expected {Expected}.", error);
        }
    }
}
