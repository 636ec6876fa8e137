namespace RawFuse.Datasets.Download;

/// <summary>A file that a data set is published as: an archive, or one compressed file.</summary>
/// <param name="Name">Its name, which ends in .tar.gz, .zip or .gz, below the data set's address.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Md5">Its MD5 in hexadecimal, the sum that data sets are commonly published with.</param>
/// <param name="Sha256">Its SHA-256 in hexadecimal, where one is published.</param>
public sealed record PublishedFile(string Name, long Bytes, string Md5, string? Sha256 = null)
{
    /// <summary>Compares a file on disk with the length and sums.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>What is wrong with it, in words; null where nothing is.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public string? MismatchOf(string path, CancellationToken cancellation = default)
    {
        using FileStream stream = File.OpenRead(path);
        if (stream.Length != Bytes) return $"it has {stream.Length} bytes; expected {Bytes}";
        using var checksum = new Checksum(this);
        checksum.Append(stream, cancellation);
        return checksum.Mismatch();
    }
}
