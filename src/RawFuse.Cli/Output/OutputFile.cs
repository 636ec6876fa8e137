namespace RawFuse.Cli.Output;

/// <summary>Looks at an output path before hours are spent on what shall be written there.</summary>
internal static class OutputFile
{
    /// <summary>Refuses a path that cannot become a file.</summary>
    public static string Check(string path)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new ArgumentException($"'{path}' is a folder, expected a file to write.");
        string? folder = Path.GetDirectoryName(full);
        if (folder is null || !Directory.Exists(folder)) throw new ArgumentException($"'{path}': the folder '{folder}' does not exist.");
        return full;
    }
}
