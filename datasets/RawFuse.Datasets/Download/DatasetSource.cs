namespace RawFuse.Datasets.Download;

/// <summary>A known data set: what is in it, where it comes from and how to tell that it is there.</summary>
/// <param name="Name">What commands call it, and its folder below RAWFUSE_DATA.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="TrainImages">Number of training images; null where copies differ.</param>
/// <param name="TestImages">Number of test images; null where copies differ.</param>
/// <param name="Licence">The terms in a few words.</param>
/// <param name="Home">Its home page, or the paper that describes it.</param>
public sealed record DatasetSource(string Name, int Classes, int? TrainImages, int? TestImages, string Licence, string Home)
{
    /// <summary>The address that <see cref="Files"/> lie below, with a slash at its end; null where there is nothing to download.</summary>
    public Uri? Address { get; init; }

    /// <summary>What it is published as; empty where there is nothing to download.</summary>
    public IReadOnlyList<PublishedFile> Files { get; init; } = [];

    /// <summary>Files and folders that readers need, relative to the set's folder; empty for a set that needs none.</summary>
    public IReadOnlyList<DatasetPart> Contents { get; init; } = [];

    /// <summary>The folder at the top of its archives, which those who unpack them by hand have below the set's folder.</summary>
    public string TopFolder { get; init; } = "";

    /// <summary>For a set that cannot be downloaded: where it comes from and how its folder must look, as one sentence.</summary>
    public string? Instructions { get; init; }

    /// <summary>Whether it is made by the program and needs no folder.</summary>
    public bool IsBuiltIn => Contents.Count == 0;

    /// <summary>Bytes to download.</summary>
    public long DownloadBytes => Files.Sum(file => file.Bytes);

    /// <summary>Those of <see cref="Contents"/> that a folder has in no form.</summary>
    /// <returns>Their paths as archives have them.</returns>
    public IReadOnlyList<string> MissingIn(string folder) =>
        [.. Contents.Where(part => !part.IsIn(folder) && !part.IsIn(Path.Combine(folder, TopFolder))).Select(part => part.Path)];
}
