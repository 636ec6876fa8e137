using RawFuse.Datasets;
using RawFuse.Datasets.Download;

namespace RawFuse.Cli.Data;

/// <summary>One thing that was looked at.</summary>
/// <param name="What">What it was.</param>
/// <param name="Found">What is there, where nothing is wrong.</param>
/// <param name="Problem">What is wrong, and what was expected; null where nothing is.</param>
internal sealed record DatasetCheck(string What, string Found, string? Problem);

/// <summary>Looks at what is on disk of a data set: kept archives by their sums, what they held by reading all of it as a training would.</summary>
internal sealed class DatasetVerification(DatasetSource source, string? folder)
{
    public string Name => source.Name;

    /// <summary>Makes all checks.</summary>
    /// <exception cref="ArgumentException">No folder is given and RAWFUSE_DATA is not set.</exception>
    public IReadOnlyList<DatasetCheck> Run(CancellationToken cancellation)
    {
        var checks = new List<DatasetCheck>();
        if (!source.IsBuiltIn)
        {
            string path = ImageSources.FolderOf(source.Name, folder);
            IReadOnlyList<string> missing = source.MissingIn(path);
            checks.Add(new DatasetCheck(path, "complete", missing.Count == 0 ? null : $"lacks {string.Join(", ", missing)}"));
            foreach (PublishedFile file in source.Files)
            {
                string archive = Path.Combine(path, file.Name);
                if (File.Exists(archive)) checks.Add(new DatasetCheck(file.Name, "as published", file.MismatchOf(archive, cancellation)));
            }

            // What is missing is said; that readers do not find it either is nothing new.
            if (missing.Count > 0) return checks;
        }

        checks.Add(Read("training images", () => ImageSources.Train(source.Name, folder, null, cancellation), source.TrainImages));
        cancellation.ThrowIfCancellationRequested();
        checks.Add(Read("test images", () => ImageSources.Test(source.Name, folder, null, cancellation), source.TestImages));
        return checks;
    }

    private DatasetCheck Read(string what, Func<ImageSet> load, int? expected)
    {
        ImageSet images;
        try
        {
            images = load();
        }
        catch (DatasetException error)
        {
            return new DatasetCheck(what, "", error.Message);
        }

        // Some readers take other forms than the published one, with fewer images; the set's name tells which was read.
        bool isPublished = images.Name == $"{source.Name}-train" || images.Name == $"{source.Name}-test";
        int[] absent = [.. Enumerable.Range(0, images.Classes).Except(images.Labels)];
        string? problem = isPublished && images.Count != (expected ?? images.Count) ? $"there are {images.Count}; expected {expected}"
            : images.Classes != source.Classes ? $"they have {images.Classes} classes; expected {source.Classes}"
            : absent.Length > 0 ? $"none is of class {images.ClassNames[absent[0]]}; expected some of each"
            : null;
        string count = isPublished || expected is null ? $"{images.Count}" : $"{images.Count} of {expected} ({images.Name})";
        return new DatasetCheck(what, $"{count}, {images.Height}x{images.Width}, {images.Classes} classes", problem);
    }
}
