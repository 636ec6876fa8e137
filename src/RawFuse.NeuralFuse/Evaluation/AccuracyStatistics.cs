namespace RawFuse.NeuralFuse.Evaluation;

/// <summary>Accuracies of several chips, in percent.</summary>
public sealed record AccuracyStatistics
{
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

    /// <summary>The worst chip.</summary>
    public double Worst => PerChip.Min();

    /// <summary>The accuracies, chip by chip.</summary>
    public IReadOnlyList<double> PerChip { get; }
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
}
