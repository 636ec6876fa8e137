namespace RawFuse.Tests.Support;

/// <summary>
/// A test on the real CIFAR-10, which is not part of the repository. It runs where the environment variable RAWFUSE_DATA names a folder that holds the
/// binary files, itself or in its subfolder cifar10, and shows as skipped elsewhere.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresDataFactAttribute : FactAttribute
{
    public RequiresDataFactAttribute()
    {
        if (FindCifar10() is null) Skip = "RAWFUSE_DATA does not name a folder with CIFAR-10's test_batch.bin, in it or in its subfolder cifar10.";
    }

    /// <summary>The folder found; only for tests that carry this attribute.</summary>
    public static string Cifar10Folder => FindCifar10() ?? throw new InvalidOperationException("CIFAR-10 was not found.");

    private static string? FindCifar10()
    {
        string? root = Environment.GetEnvironmentVariable("RAWFUSE_DATA");
        if (string.IsNullOrWhiteSpace(root)) return null;
        return Array.Find([Path.Combine(root, "cifar10"), root], folder => File.Exists(Path.Combine(folder, "test_batch.bin")));
    }
}
