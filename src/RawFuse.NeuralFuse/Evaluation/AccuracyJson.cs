namespace RawFuse.NeuralFuse.Evaluation;

/// <summary>Accuracies as JSON documents hold them, in percent.</summary>
/// <param name="CleanAccuracy">At nominal voltage (CA).</param>
/// <param name="PerturbedAccuracy">At low voltage (PA).</param>
public sealed record AccuracyJson(double CleanAccuracy, PerturbedJson PerturbedAccuracy)
{
    /// <summary>The document's form of an accuracy.</summary>
    public static AccuracyJson Of(Accuracy accuracy) => new(accuracy.Clean, PerturbedJson.Of(accuracy.Perturbed));
}

/// <summary>What was found on several chips, as JSON documents hold it.</summary>
/// <param name="Mean">Over the chips.</param>
/// <param name="Std">Population standard deviation, as in the paper.</param>
/// <param name="PerChip">Chip by chip.</param>
/// <param name="Worst">The worst chip.</param>
/// <param name="Quantiles">What so many percent of the chips stay below.</param>
/// <param name="Interval95">The mean's 95% confidence interval, lower and upper end; left out for one chip.</param>
public sealed record PerturbedJson(
    double Mean, double Std, IReadOnlyList<double> PerChip, double Worst, QuantilesJson Quantiles, IReadOnlyList<double>? Interval95 = null)
{
    /// <summary>The document's form of statistics.</summary>
    public static PerturbedJson Of(AccuracyStatistics statistics) => new(
        statistics.Mean, statistics.StandardDeviation, statistics.PerChip, statistics.Worst,
        new QuantilesJson(statistics.Quantile(0.05), statistics.Quantile(0.25), statistics.Quantile(0.5), statistics.Quantile(0.75), statistics.Quantile(0.95)),
        statistics.HalfWidth is { } half ? [statistics.Mean - half, statistics.Mean + half] : null);
}

/// <summary>What 5, 25, 50, 75 and 95 percent of the chips stay below.</summary>
public sealed record QuantilesJson(double P5, double P25, double P50, double P75, double P95);
