namespace RawFuse.Bench.Ratios;

/// <summary>One line of the table.</summary>
/// <param name="Case">Its name.</param>
/// <param name="RawfuseMs">What RawFuse takes: milliseconds, unless the note names another unit.</param>
/// <param name="TorchMs">What it is compared with takes; null where there is only a limit.</param>
/// <param name="Ratio">The second number over the first: above 1, RawFuse takes less.</param>
/// <param name="Note">What was compared, and how.</param>
internal sealed record RatioResult(string Case, double? RawfuseMs, double? TorchMs, double? Ratio, string Note)
{
    /// <summary>A line of two measurements.</summary>
    public static RatioResult Of(string name, double rawfuse, double torch, string note) => new(name, rawfuse, torch, torch / rawfuse, note);
}
