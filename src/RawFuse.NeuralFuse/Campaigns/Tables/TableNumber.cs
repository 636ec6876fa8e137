namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>A number in a table.</summary>
/// <param name="Value">The number, or the mean over chips; with as many decimals as were printed, if it is the paper's.</param>
/// <param name="Deviation">Population standard deviation over chips; null where there is none.</param>
public readonly record struct TableNumber(decimal Value, decimal? Deviation = null)
{
    /// <summary>With the decimals it has, or with so many.</summary>
    /// <param name="format">Numeric format of both numbers.</param>
    public string ToString(string format) => Deviation is { } deviation
        ? FormattableString.Invariant($"{Value.ToString(format, null)} ± {deviation.ToString(format, null)}")
        : Value.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
}
