namespace RawFuse.Datasets.Download;

/// <summary>
/// A data set could not be fetched, unpacked or put in its place. The message is one complete line for the user: what, where, what was expected, and what
/// is kept.
/// </summary>
public sealed class DownloadException : IOException
{
    /// <summary>Makes the exception with its one-line message.</summary>
    public DownloadException(string message) : base(message) { }

    /// <summary>Makes the exception with its one-line message and the error that caused it.</summary>
    public DownloadException(string message, Exception innerException) : base(message, innerException) { }
}
