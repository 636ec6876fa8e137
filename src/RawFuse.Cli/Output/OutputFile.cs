using RawFuse.Serialization;

namespace RawFuse.Cli.Output;

/// <summary>Looks at an output path before hours are spent on what shall be written there.</summary>
internal static class OutputFile
{
    /// <summary>Refuses a path that cannot become a file, or that is another file of the same command.</summary>
    /// <param name="path">Where something shall be written.</param>
    /// <param name="others">The command's other files; null for those it does not have.</param>
    /// <returns>The path in full.</returns>
    public static string Check(string path, params ReadOnlySpan<string?> others)
    {
        if (path.Length == 0) throw new ArgumentException("An output file's name is empty; expected a file to write.");
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new ArgumentException($"'{path}' is a folder; expected a file to write.");
        string? folder = Path.GetDirectoryName(full);
        if (folder is null || !Directory.Exists(folder)) throw new ArgumentException($"'{path}': the folder '{folder}' does not exist.");
        RequireWritable(path);
        string real = Resolve(full);
        foreach (string? other in others)
            if (!string.IsNullOrEmpty(other) && Resolve(other) == real)
                throw new ArgumentException($"'{path}' is named twice on the command line; expected an output file of its own.");
        return full;
    }

    /// <summary>Tries whether a file can be begun there, rather than after the work.</summary>
    private static void RequireWritable(string path)
    {
        try
        {
            using var trial = new AtomicFile(path);
        }
        catch (IOException exception)
        {
            throw new ArgumentException(exception.Message);
        }
    }

    /// <summary>A path with the links in it followed, so that two names of one file are equal.</summary>
    private static string Resolve(string path)
    {
        string full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is not { } folder) return full;
        string real = Path.Combine(Resolve(folder), Path.GetFileName(full));
        try
        {
            FileSystemInfo entry = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            return entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real;
        }
        catch (IOException)
        {
            // Nothing is there, or links lead in circles: whoever opens the file will say so.
            return real;
        }
    }
}
