namespace RawFuse.Datasets.Download;

/// <summary>
/// A file that grows under the name NAME.part until it is whole and its sums are right, and only then gets its own name. Beside it, NAME.part.etag keeps by
/// what the server recognizes the version it is of, so that another process can go on with it. Bytes are on the disk as soon as they are appended.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private readonly PublishedFile file;
    private readonly string path;
    private readonly FileStream stream;
    private readonly Checksum checksum;

    private PartialFile(string path, PublishedFile file)
    {
        this.file = file;
        this.path = path;
        stream = new FileStream(PartPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        checksum = new Checksum(file);
    }

    /// <summary>Opens what an earlier attempt left, or begins.</summary>
    /// <param name="path">The name the file gets in the end.</param>
    /// <param name="file">What it must become.</param>
    /// <param name="cancellation">Stops the reading of what is there.</param>
    /// <exception cref="DownloadException">It cannot be written there.</exception>
    public static PartialFile Open(string path, PublishedFile file, CancellationToken cancellation) => DiskError.Wrap(path, () =>
    {
        var part = new PartialFile(path, file);
        try
        {
            if (part.Length > file.Bytes) part.Restart(null);
            part.IsResumed = part.Length > 0;
            part.checksum.Append(part.stream, cancellation);
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    });

    /// <summary>Where the bytes are until the file is whole.</summary>
    public string PartPath => path + ".part";

    /// <summary>Bytes that are there.</summary>
    public long Length => stream.Length;

    /// <summary>Whether the bytes come from more than one answer of a server.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>What the server called the version the bytes are of: a strong entity tag or a date, as for an If-Range header; null where it said nothing.</summary>
    public string? Validator => File.Exists(ValidatorPath) ? File.ReadAllText(ValidatorPath) : null;

    private string ValidatorPath => PartPath + ".etag";

    /// <summary>Notes that the next bytes come from another answer.</summary>
    public void Resume() => IsResumed = true;

    /// <summary>Throws away what is there.</summary>
    /// <param name="validator">What the server calls the version that is coming.</param>
    public void Restart(string? validator) => DiskError.Wrap(path, () =>
    {
        stream.SetLength(0);
        _ = checksum.Mismatch();
        IsResumed = false;
        if (validator is null) File.Delete(ValidatorPath);
        else File.WriteAllText(ValidatorPath, validator);
    });

    /// <summary>Adds bytes at the end.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            stream.Write(bytes);
        }
        catch (Exception error) when (DiskError.Is(error))
        {
            throw DiskError.At(path, error);
        }

        checksum.Append(bytes);
    }

    /// <summary>Gives the whole file its name, if its sums are right; otherwise throws it away.</summary>
    /// <returns>What is wrong, in words; null where nothing is.</returns>
    public string? Complete()
    {
        if (checksum.Mismatch() is { } mismatch)
        {
            Restart(null);
            return mismatch;
        }

        DiskError.Wrap(path, () =>
        {
            stream.Flush(flushToDisk: true);
            stream.Dispose();
            File.Move(PartPath, path);
            File.Delete(ValidatorPath);
        });
        return null;
    }

    /// <summary>Closes the file; what has arrived stays.</summary>
    public void Dispose()
    {
        bool isEmpty = stream.CanRead && stream.Length == 0;
        stream.Dispose();
        checksum.Dispose();
        if (!isEmpty) return;
        File.Delete(PartPath);
        File.Delete(ValidatorPath);
    }
}
