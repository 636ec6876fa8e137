using System.Text;

namespace RawFuse.Serialization;

/// <summary>
/// Writes a file that appears complete or not at all. The bytes go to a temporary file in the target's folder; <see cref="Commit"/>
/// flushes them to the disk and renames that file over the target. Disposing without a commit (an exception, a cancellation) removes the
/// temporary file and leaves the target as it was.
/// </summary>
/// <remarks>A symbolic link at the target is replaced by the file; what it pointed to is left alone.</remarks>
public sealed class AtomicFile : IDisposable
{
    private const string Prefix = ".rawfuse-", Suffix = ".tmp";

    private readonly string target;
    private readonly string temporary;
    private readonly FileStream stream;
    private bool committed;

    /// <summary>Opens the temporary file beside <paramref name="path"/>.</summary>
    /// <param name="path">The target: a file that exists and will be replaced, or a new one. Its folder must exist.</param>
    /// <exception cref="IOException">The target cannot be written: no such folder, no permission, a folder, a device.</exception>
    public AtomicFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        target = Path.GetFullPath(path);
        if (Directory.Exists(target)) throw new IOException($"{path}: cannot be written: it is a folder");
        // Root may rename over /dev/null and take it away from the whole machine. /dev/shm holds ordinary files.
        if (target.StartsWith("/dev/", StringComparison.Ordinal) && !target.StartsWith("/dev/shm/", StringComparison.Ordinal))
            throw new IOException($"{path}: cannot be written: it is a device; expected a regular file");

        // The same folder is the same file system, where a rename replaces in one step.
        string folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{path}: cannot be written: there is no folder {folder}");
        temporary = Path.Combine(folder, $"{Prefix}{Guid.NewGuid():N}{Suffix}");
        try
        {
            stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Where the content goes. The caller leaves it open.</summary>
    public Stream Stream => stream;

    /// <summary>Puts the written content in the target's place. Nothing can be written afterwards.</summary>
    /// <exception cref="IOException">The content could not reach the disk or the target could not be replaced; the target is as it was.</exception>
    public void Commit()
    {
        stream.Flush(flushToDisk: true);
        stream.Dispose();
        try
        {
            File.Move(temporary, target, overwrite: true);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{target}: cannot be replaced: {e.Message}", e);
        }
        committed = true;
    }

    /// <summary>Closes the file and, unless <see cref="Commit"/> succeeded, removes it.</summary>
    public void Dispose()
    {
        try
        {
            stream.Dispose();
        }
        finally
        {
            if (!committed) File.Delete(temporary);
        }
    }

    /// <summary>Writes a file atomically.</summary>
    /// <param name="path">The target, see the constructor.</param>
    /// <param name="write">Writes the content; if it throws, the target stays as it was.</param>
    /// <exception cref="IOException">The target cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var file = new AtomicFile(path);
        write(file.Stream);
        file.Commit();
    }

    /// <summary>Removes temporary files that a process left in a folder when it was killed.</summary>
    /// <param name="folder">A folder that nobody else writes to.</param>
    /// <exception cref="IOException">One cannot be removed.</exception>
    public static void RemoveAbandoned(string folder)
    {
        foreach (string file in Directory.GetFiles(folder, $"{Prefix}*{Suffix}")) File.Delete(file);
    }

    /// <summary>Writes a text file atomically, as UTF-8 without a byte order mark.</summary>
    /// <param name="path">The target, see the constructor.</param>
    /// <param name="text">The whole content.</param>
    /// <exception cref="IOException">The target cannot be written.</exception>
    public static void WriteAllText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }
}
