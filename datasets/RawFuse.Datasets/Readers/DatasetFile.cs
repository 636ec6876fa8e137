using System.IO.Compression;

namespace RawFuse.Datasets;

/// <summary>Reads a data set's files whole and turns every failure of the file system into a <see cref="DatasetException"/>.</summary>
internal static class DatasetFile
{
    /// <summary>Array.MaxLength: what an array of bytes can hold.</summary>
    private const int MostBytes = 0x7FFF_FFC7;

    /// <summary>Five times the largest compressed file that is read here, so that a small one cannot fill the memory.</summary>
    private const int MostUnpacked = 1 << 28;

    /// <summary>Refuses a folder that is not there.</summary>
    /// <param name="dataSet">The data set as messages name it.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="expected">What should be there, for the message.</param>
    /// <exception cref="DatasetException">It does not exist.</exception>
    public static void RequireFolder(string dataSet, string folder, string expected)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (!Directory.Exists(folder)) throw new DatasetException($"{dataSet} folder '{folder}' does not exist; expected {expected}.");
    }

    /// <summary>The bytes of a file.</summary>
    /// <param name="dataSet">The data set as messages name it.</param>
    /// <param name="path">The file.</param>
    /// <param name="expected">What it should hold, for the message.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="DatasetException">The file is missing, unreadable, no regular file, or too large.</exception>
    public static byte[] Read(string dataSet, string path, string expected, int most = MostBytes)
    {
        if (!File.Exists(path)) throw new DatasetException($"{dataSet} file '{path}' does not exist; expected {expected}.");
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);

            // Nothing is allocated on the word of a pipe or a device, which need not end.
            if (!stream.CanSeek) throw new DatasetException($"{dataSet} file '{path}' is a pipe or a device; expected {expected}.");
            if (stream.Length > most) throw new DatasetException($"{dataSet} file '{path}' has {stream.Length} bytes; expected {expected}, at most {most} bytes.");
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"{dataSet} file '{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The bytes that a gzip file unpacks to.</summary>
    /// <param name="dataSet">The data set as messages name it.</param>
    /// <param name="path">The file.</param>
    /// <param name="expected">What it should hold, for the message.</param>
    /// <exception cref="DatasetException">The file is missing, unreadable, damaged, or holds more than any data set.</exception>
    public static byte[] ReadCompressed(string dataSet, string path, string expected)
    {
        using var packed = new GZipStream(new MemoryStream(Read(dataSet, path, expected)), CompressionMode.Decompress);
        using var content = new MemoryStream();
        try
        {
            var block = new byte[1 << 16];
            for (int read = packed.Read(block); read > 0; read = packed.Read(block))
            {
                content.Write(block, 0, read);
                if (content.Length > MostUnpacked) throw new DatasetException($"{dataSet} file '{path}' unpacks to more than {MostUnpacked} bytes; expected {expected}.");
            }
        }
        catch (InvalidDataException error)
        {
            throw new DatasetException($"{dataSet} file '{path}' cannot be unpacked: {error.Message} Expected {expected}.", error);
        }

        return content.ToArray();
    }
}
