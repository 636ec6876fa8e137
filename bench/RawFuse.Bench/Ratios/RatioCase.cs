namespace RawFuse.Bench.Ratios;

/// <summary>Something that both sides can do.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Measure">
/// Checks that both sides compute the same and measures them, with so many threads each. Throws <see cref="RatioException"/> if they do not.
/// </param>
internal sealed record RatioCase(string Name, Func<int, RatioResult> Measure);
