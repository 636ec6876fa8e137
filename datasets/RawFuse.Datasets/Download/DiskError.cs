namespace RawFuse.Datasets.Download;

/// <summary>Errors of the local disk (full, not writable) as a <see cref="DownloadException"/> that names the path.</summary>
internal static class DiskError
{
    public static DownloadException At(string path, Exception error) => new($"'{path}' cannot be written: {error.Message}", error);

    /// <summary>Whether it is the disk's. .NET has an argument error for files larger than the file system or the user's limits allow.</summary>
    public static bool Is(Exception error) => error is (IOException or UnauthorizedAccessException or ArgumentOutOfRangeException) and not DownloadException;

    public static void Wrap(string path, Action action) => Wrap(path, () =>
    {
        action();
        return true;
    });

    public static T Wrap<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (Is(error))
        {
            throw At(path, error);
        }
    }
}
