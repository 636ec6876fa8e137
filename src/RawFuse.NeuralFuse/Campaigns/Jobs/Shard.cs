using System.Globalization;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>
/// A part of a campaign, for one of several machines: every <paramref name="Count"/>-th generator with all rows that need it, so that no two shards train the same one.
/// </summary>
/// <param name="Index">Which, from 0 to <paramref name="Count"/> - 1.</param>
/// <param name="Count">How many there are.</param>
public readonly record struct Shard(int Index, int Count)
{
    /// <summary>All of it.</summary>
    public static Shard Whole { get; } = new(0, 1);

    /// <summary>Most shards there may be.</summary>
    public const int Most = 1_000_000;

    /// <summary>Whether this is all of it.</summary>
    public bool IsWhole => Count == 1;

    /// <summary>Reads the form i/n; null for what is none.</summary>
    public static Shard? Parse(string text) =>
        text.Split('/') is [var index, var count] && Number(index) is { } i && Number(count) is <= Most and var n && i < n ? new Shard(i, n) : null;

    /// <summary>The shard's rows, in their order.</summary>
    public IReadOnlyList<CampaignRow> Of(IReadOnlyList<CampaignRow> rows)
    {
        HashSet<string> own = [.. Every(CampaignExpansion.GeneratorsToTrain(rows)).Select(job => job.Id)];
        return [.. rows.Where(row => own.Contains(row.Generator.Id))];
    }

    /// <summary>The shard's base models, where base models alone are trained.</summary>
    public IReadOnlyList<BaseJob> Of(IReadOnlyList<BaseJob> bases) => [.. Every(bases)];

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private IEnumerable<T> Every<T>(IReadOnlyList<T> jobs)
    {
        for (int i = Index; i < jobs.Count; i += Count) yield return jobs[i];
    }
}
