namespace RawFuse.NeuralFuse.Evaluation;

/// <summary>Accuracies of several chips, or differences of two on the same chips, in percent.</summary>
public sealed record AccuracyStatistics
{
    /// <summary>How sure the interval of the mean is.</summary>
    private const double Confidence = 0.95;

    /// <summary>Summarizes accuracies.</summary>
    /// <param name="perChip">One accuracy per chip, in percent; 1 or more.</param>
    public AccuracyStatistics(IReadOnlyList<double> perChip)
    {
        if (perChip.Count == 0) throw new ArgumentException("Statistics need a chip or more.", nameof(perChip));
        PerChip = perChip;
        Mean = perChip.Average();
        StandardDeviation = Math.Sqrt(perChip.Average(value => (value - Mean) * (value - Mean)));
    }

    /// <summary>Mean over the chips.</summary>
    public double Mean { get; }

    /// <summary>Population standard deviation over the chips, as the paper reports it.</summary>
    public double StandardDeviation { get; }

    /// <summary>
    /// Half the width of the 95% confidence interval of the mean over all chips there could be, from Student's t distribution: the interval is <see cref="Mean"/> plus and minus this.
    /// Null for one chip, which tells nothing of the others.
    /// </summary>
    public double? HalfWidth
    {
        get
        {
            // s / sqrt(n) with the sample's s^2 = n / (n - 1) * the population's.
            int others = PerChip.Count - 1;
            return others > 0 ? StudentT.Quantile(Confidence, others) * StandardDeviation / Math.Sqrt(others) : null;
        }
    }

    /// <summary>The worst chip.</summary>
    public double Worst => PerChip.Min();

    /// <summary>The accuracies, chip by chip.</summary>
    public IReadOnlyList<double> PerChip { get; }

    /// <summary>What a share of the chips stays below, linear between two chips (Hyndman and Fan's definition 7).</summary>
    /// <param name="share">From 0 for the worst chip to 1 for the best.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public double Quantile(double share)
    {
        if (!(share is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "A share is from 0 to 1.");
        double[] sorted = [.. PerChip.Order()];
        double place = share * (sorted.Length - 1);
        int below = (int)place, above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}

/// <summary>Accuracy of a base model, with or without a generator in front.</summary>
/// <param name="Clean">Percent of images right at nominal voltage (CA).</param>
/// <param name="Perturbed">The same at low voltage (PA), chip by chip.</param>
public sealed record Accuracy(double Clean, AccuracyStatistics Perturbed);

/// <summary>What an evaluation found.</summary>
/// <param name="Base">The base model alone.</param>
/// <param name="WithFuse">The base model behind the generator; null without one.</param>
/// <param name="Chips">Seeds of the chips.</param>
/// <param name="Images">Number of images.</param>
public sealed record EvaluationResult(Accuracy Base, Accuracy? WithFuse, IReadOnlyList<ulong> Chips, int Images)
{
    /// <summary>Mean perturbed accuracy won back by the generator (RP), in percentage points; null without one.</summary>
    public double? Recovery => WithFuse?.Perturbed.Mean - Base.Perturbed.Mean;

    /// <summary>What the generator wins back on each chip, in percentage points: differences on the same chips vary less than the accuracies do. Null without one.</summary>
    public AccuracyStatistics? RecoveryPerChip => WithFuse is null ? null : new([.. WithFuse.Perturbed.PerChip.Zip(Base.Perturbed.PerChip, (with, without) => with - without)]);
}
