namespace RawFuse.Datasets.Download;

/// <summary>Errors of the local disk (full, not writable) as a <see cref="DownloadException"/> that names the path.</summary>
internal static class DiskError
{
    public static DownloadException At(string path, Exception error) => new($"'{path}' cannot be written: {error.Message}", error);

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
        catch (Exception error) when (error is (IOException or UnauthorizedAccessException) and not DownloadException)
        {
            throw At(path, error);
        }
    }
}
