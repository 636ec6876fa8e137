namespace RawFuse.Datasets;

/// <summary>
/// A data set on disk is missing or malformed. The message is one complete line for the user: which path, what is wrong, what was expected.
/// </summary>
public sealed class DatasetException : Exception
{
    /// <summary>Makes the exception with its one-line message.</summary>
    public DatasetException(string message) : base(message) { }

    /// <summary>Makes the exception with its one-line message and the error that caused it.</summary>
    public DatasetException(string message, Exception innerException) : base(message, innerException) { }
}
