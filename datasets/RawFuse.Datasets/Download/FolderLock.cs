namespace RawFuse.Datasets.Download;

/// <summary>
/// Keeps other processes from downloading into the same folder. The system releases it when the process ends, however it ends. The file stays: deleting it
/// while others wait for it would let two of them in.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream stream;

    /// <summary>Takes the lock.</summary>
    /// <param name="path">The lock's file; its folder must exist.</param>
    /// <param name="folder">The folder it stands for, for the message.</param>
    /// <exception cref="DownloadException">Another process has it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be made.</exception>
    public FolderLock(string path, string folder)
    {
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new DownloadException($"'{folder}' is in use by another download ({error.Message}); wait until it has ended.", error);
        }
    }

    public void Dispose() => stream.Dispose();
}
