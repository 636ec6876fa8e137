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
        if (path.Length == 0) throw new ArgumentException("An output file's name is empty, expected a file to write.");
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new ArgumentException($"'{path}' is a folder, expected a file to write.");
        string? folder = Path.GetDirectoryName(full);
        if (folder is null || !Directory.Exists(folder)) throw new ArgumentException($"'{path}': the folder '{folder}' does not exist.");
        string real = Resolve(full);
        foreach (string? other in others)
            if (!string.IsNullOrEmpty(other) && Resolve(other) == real)
                throw new ArgumentException($"'{path}' is named twice on the command line, expected an output file of its own.");
        return full;
    }

    /// <summary>A path with the links in it followed, so that two names of one file are equal.</summary>
    private static string Resolve(string path)
    {
        string full = Path.GetFullPath(path), folder = Path.GetDirectoryName(full) ?? full;
        string parent = folder == full ? full : Path.Combine(ResolveFolder(folder), Path.GetFileName(full));
        return File.Exists(parent) && File.ResolveLinkTarget(parent, returnFinalTarget: true) is { } target ? target.FullName : parent;
    }

    private static string ResolveFolder(string folder)
    {
        if (Path.GetDirectoryName(folder) is not { } above) return folder;
        string real = Path.Combine(ResolveFolder(above), Path.GetFileName(folder));
        return Directory.Exists(real) ? Directory.ResolveLinkTarget(real, returnFinalTarget: true)?.FullName ?? real : real;
    }
}
