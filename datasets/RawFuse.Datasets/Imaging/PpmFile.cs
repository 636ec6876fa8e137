namespace RawFuse.Datasets;

/// <summary>
/// Reader of portable pixmaps: the binary form (P6) with a byte per channel, which GTSRB's images have. A header "P6 width height 255" of words between
/// white space, where '#' begins a comment, one more white space, and R G B triples row by row. The format: https://netpbm.sourceforge.net/doc/ppm.html.
/// </summary>
internal static class PpmFile
{
    private const string Expected = "a binary PPM image (P6) with values up to 255";

    /// <summary>Reads an image.</summary>
    /// <exception cref="DatasetException">The file is missing, unreadable or not such an image.</exception>
    public static RgbImage Read(string dataSet, string path)
    {
        byte[] file = DatasetFile.Read(dataSet, path, Expected, RgbImage.MostFileBytes);
        if (!file.AsSpan().StartsWith("P6"u8)) throw new DatasetException($"Image '{path}' does not begin with 'P6'; expected {Expected}.");
        int at = 2;
        int width = Number("width"), height = Number("height"), largest = Number("largest value");
        RgbImage.CheckSize(path, width, height);
        if (largest != byte.MaxValue) throw new DatasetException($"Image '{path}' has values up to {largest}; expected {Expected}.");
        at++;
        int pixelBytes = width * height * ImageSet.Channels;
        if (file.Length - at != pixelBytes)
        {
            throw new DatasetException(
                $"Image '{path}' has {Math.Max(0, file.Length - at)} bytes after its header; expected {pixelBytes} for {width}x{height} pixels.");
        }

        return new RgbImage(width, height, file[at..]);

        int Number(string what)
        {
            while (at < file.Length && (char.IsWhiteSpace((char)file[at]) || file[at] == '#'))
            {
                if (file[at] == '#') at = Array.IndexOf(file, (byte)'\n', at) is >= 0 and int end ? end : file.Length;
                else at++;
            }

            int start = at;
            long number = 0;
            while (at < file.Length && char.IsAsciiDigit((char)file[at]) && number <= int.MaxValue) number = (number * 10) + file[at++] - '0';
            bool isNumber = at > start && at < file.Length && char.IsWhiteSpace((char)file[at]) && number <= int.MaxValue;
            return isNumber ? (int)number : throw new DatasetException($"Image '{path}' has no {what} at byte {start} of its header; expected {Expected}.");
        }
    }
}
