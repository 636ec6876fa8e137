namespace RawFuse.Datasets.Download;

/// <summary>A file or folder that readers of a data set need.</summary>
/// <param name="Path">Its path below the data set's folder, as the archives have it.</param>
/// <param name="OtherForms">Paths that readers take instead.</param>
public sealed record DatasetPart(string Path, params IReadOnlyList<string> OtherForms)
{
    /// <summary>Whether it is below a folder, in any form.</summary>
    public bool IsIn(string folder) => OtherForms.Prepend(Path).Any(form => System.IO.Path.Exists(System.IO.Path.Combine(folder, form)));
}
