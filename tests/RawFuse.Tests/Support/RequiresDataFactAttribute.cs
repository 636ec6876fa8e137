namespace RawFuse.Tests.Support;

/// <summary>
/// A test on a real data set, which is not part of the repository. It runs where the environment variable RAWFUSE_DATA names a folder that holds the
/// set's files, itself or in the subfolder of the set's name, and shows as skipped elsewhere.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresDataFactAttribute : FactAttribute
{
    /// <summary>Declares what the test needs.</summary>
    /// <param name="name">The set's name.</param>
    /// <param name="file">A file of it.</param>
    public RequiresDataFactAttribute(string name, string file)
    {
        if (Find(name, file) is null) Skip = $"RAWFUSE_DATA does not name a folder with {file}, in its subfolder {name} or in it.";
    }

    /// <summary>The folder found; only for tests that carry this attribute.</summary>
    public static string Folder(string name, string file) => Find(name, file) ?? throw new InvalidOperationException($"{name} was not found.");

    private static string? Find(string name, string file)
    {
        string? root = Environment.GetEnvironmentVariable("RAWFUSE_DATA");
        if (string.IsNullOrWhiteSpace(root)) return null;
        return Array.Find([Path.Combine(root, name), root], folder => File.Exists(Path.Combine(folder, file)));
    }
}
