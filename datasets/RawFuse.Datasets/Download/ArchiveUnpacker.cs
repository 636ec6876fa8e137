using System.Formats.Tar;
using System.IO.Compression;

namespace RawFuse.Datasets.Download;

/// <summary>
/// Unpacks .tar.gz, .zip and .gz into an empty folder. Only plain files are written, only below the folder, and only as much as the limits allow; an archive
/// that wants anything else is refused as a whole.
/// </summary>
internal sealed class ArchiveUnpacker(string folder, UnpackLimits limits, IProgress<double>? progress, CancellationToken cancellation)
{
    // The Unix file type in the upper half of a zip entry's attributes: 0 where the archive comes from elsewhere.
    private const int TypeMask = 0xF000, FileType = 0x8000, FolderType = 0x4000;

    private readonly byte[] buffer = new byte[1 << 17];
    private long bytes;
    private int files;

    /// <summary>Unpacks one archive.</summary>
    /// <param name="archive">Its path; the ending says what it is.</param>
    /// <exception cref="DownloadException">It is damaged, or holds what is not allowed.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Unpack(string archive)
    {
        string name = Path.GetFileName(archive);
        try
        {
            using FileStream stream = File.OpenRead(archive);
            if (name.EndsWith(".tar.gz", StringComparison.Ordinal)) UnpackTar(stream);
            else if (name.EndsWith(".zip", StringComparison.Ordinal)) UnpackZip(stream);
            else UnpackSingle(stream, Path.GetFileNameWithoutExtension(name));
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new DownloadException($"'{archive}' cannot be unpacked: {error.Message}", error);
        }
    }

    private void UnpackTar(FileStream stream)
    {
        using var gzip = new GZipStream(stream, CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes) continue;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
                throw Refused(entry.Name, $"is of type {entry.EntryType}; expected files and folders only");
            Write(entry.Name, entry.DataStream ?? Stream.Null, stream);
        }
    }

    private void UnpackZip(FileStream stream)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            cancellation.ThrowIfCancellationRequested();
            int type = (entry.ExternalAttributes >> 16) & TypeMask;
            if (type is not (0 or FileType or FolderType)) throw Refused(entry.FullName, "is a link or device; expected files and folders only");
            if (entry.FullName.EndsWith('/')) continue;
            using Stream content = entry.Open();
            Write(entry.FullName, content, stream);
        }
    }

    private void UnpackSingle(FileStream stream, string name)
    {
        using var gzip = new GZipStream(stream, CompressionMode.Decompress);
        Write(name, gzip, stream);
    }

    private void Write(string name, Stream content, FileStream archive)
    {
        if (++files > limits.Files) throw Refused(name, $"is one file too many; expected at most {limits.Files}");
        string path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        while (content.Read(buffer) is > 0 and int read)
        {
            cancellation.ThrowIfCancellationRequested();
            bytes += read;
            if (bytes > limits.Bytes) throw Refused(name, $"makes the archive too large; expected at most {limits.Bytes} bytes");
            target.Write(buffer, 0, read);
            progress?.Report((double)archive.Position / archive.Length);
        }
    }

    /// <summary>Where an entry goes. Names are taken apart rather than trusted to the file system, whose rules differ.</summary>
    private string PathOf(string name)
    {
        string[] parts = [.. name.Split('/').Where(part => part != ".")];
        bool isSafe = parts.Length > 0 && parts.All(part => part is not ("" or "..") && !part.Any(c => c is '\\' or ':' || char.IsControl(c)));
        return isSafe ? Path.Combine([folder, .. parts]) : throw Refused(name, "may lead out of its folder; expected a path below it");
    }

    private static DownloadException Refused(string entry, string why) => new($"The archive is refused: entry '{entry}' {why}.");
}
