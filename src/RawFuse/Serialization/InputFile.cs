namespace RawFuse.Serialization;

/// <summary>Opens files for readers and turns every failure of the file system into a <see cref="FileFormatException"/>.</summary>
public static class InputFile
{
    /// <summary>Runs <paramref name="parse"/> on the open file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parse">Reads it; its own <see cref="FileFormatException"/> passes through.</param>
    /// <returns>What <paramref name="parse"/> returned.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="FileFormatException">The file is missing or unreadable, or <paramref name="parse"/> refused it.</exception>
    public static T Read<T>(string path, Func<FileStream, T> parse)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            // The readers check every claimed size against the file's length, which a pipe does not have.
            if (!stream.CanSeek) throw new FileFormatException(path, "is a pipe or a device; expected a regular file");
            return parse(stream);
        }
        catch (Exception e) when (e is (IOException and not FileFormatException) or UnauthorizedAccessException)
        {
            string reason = Directory.Exists(path) ? "it is a folder" : e.Message;
            throw new FileFormatException(path, $"cannot be read: {reason}", e);
        }
    }
}
