namespace RawFuse.Serialization;

/// <summary>
/// A file cannot be read: it is missing, unreadable, or its content breaks its format. The message is one line that names the file,
/// what was found and what was expected; it can be shown to a user as it is.
/// </summary>
public sealed class FileFormatException : IOException
{
    private const int LongestMessage = 1000;

    /// <summary>Describes what is wrong with a file.</summary>
    /// <param name="path">The file, as the caller named it.</param>
    /// <param name="problem">What was found and what was expected. It may quote the file: control characters and excess length are removed here.</param>
    /// <param name="innerException">The failure underneath, if any.</param>
    public FileFormatException(string path, string problem, Exception? innerException = null)
        : base(OneLine($"{path}: {problem}"), innerException) => Path = path;

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }

    // Messages quote hostile files: no line break or terminal escape may pass, and no name of megabytes.
    private static string OneLine(string text)
    {
        if (text.Length > LongestMessage) text = string.Concat(text.AsSpan(0, LongestMessage), "...");
        return string.Create(text.Length, text, static (line, source) =>
        {
            for (int i = 0; i < line.Length; i++)
                line[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? '?' : source[i];
        });
    }
}
