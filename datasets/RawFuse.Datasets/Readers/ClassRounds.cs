namespace RawFuse.Datasets;

/// <summary>
/// An order for sets that lie on disk class by class: the first image of every class, then the second of every class, and so on. The first so many images
/// are then some of all classes, which is what a limited training or a calibration needs.
/// </summary>
internal static class ClassRounds
{
    /// <summary>The order: the index of the image for each place.</summary>
    public static int[] Of(IReadOnlyList<int> labels)
    {
        var seen = new Dictionary<int, int>();
        var rounds = new int[labels.Count];
        for (int i = 0; i < rounds.Length; i++)
        {
            rounds[i] = seen.GetValueOrDefault(labels[i]);
            seen[labels[i]] = rounds[i] + 1;
        }

        return [.. Enumerable.Range(0, labels.Count).OrderBy(i => rounds[i]).ThenBy(i => labels[i])];
    }
}
