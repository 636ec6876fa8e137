namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>What a campaign's accuracies are measured on.</summary>
/// <param name="Chips">Number of chips, or with a half width the most there may be.</param>
/// <param name="FirstChip">Seed of the first chip; the others follow.</param>
/// <param name="Batch">Images per pass, which bounds memory.</param>
/// <param name="HalfWidth">Chips are added, ten at a time, until the 95% intervals reach no further than this, in percentage points; null for a fixed number.</param>
/// <param name="TestImages">The first so many images; null for all.</param>
public sealed record EvaluationSetting(int Chips, ulong FirstChip, int Batch, double? HalfWidth = null, int? TestImages = null)
{
    /// <summary>Most chips of an evaluation that adds some until it knows enough.</summary>
    public const int MostAutoChips = 1000;

    /// <summary>Seeds of the chips, in the order they are taken.</summary>
    public ulong[] Seeds() => [.. Enumerable.Range(0, Chips).Select(i => FirstChip + (ulong)i)];
}
