namespace RawFuse.NeuralFuse.Energy;

/// <summary>
/// The energy saved by running the base model at low voltage behind an error-free generator at nominal voltage, in percent of the base model alone
/// at nominal voltage. ES = 100 (1 - r) - 100 generator / base, where both are weight memory accesses (Table 2 of the NeuralFuse paper) or
/// printed MACs (Table 8).
/// </summary>
public sealed record EnergySaving
{
    /// <summary>Weighs a generator's cost against what low voltage saves on the base model.</summary>
    /// <param name="baseCost">Cost of one inference of the base model, in any unit. Positive and finite.</param>
    /// <param name="generatorCost">Cost of one pass of the generator in the same unit. Not negative and finite.</param>
    /// <param name="operatingPoint">The low voltage the base model runs at.</param>
    /// <exception cref="ArgumentOutOfRangeException">A cost is out of range.</exception>
    public EnergySaving(double baseCost, double generatorCost, OperatingPoint operatingPoint)
    {
        ArgumentNullException.ThrowIfNull(operatingPoint);
        if (!(baseCost > 0 && double.IsFinite(baseCost)))
        {
            throw new ArgumentOutOfRangeException(nameof(baseCost), baseCost, "The base model's cost must be positive and finite.");
        }

        if (!(generatorCost >= 0 && double.IsFinite(generatorCost)))
        {
            throw new ArgumentOutOfRangeException(nameof(generatorCost), generatorCost, "The generator's cost must be finite and not negative.");
        }

        BaseCost = baseCost;
        GeneratorCost = generatorCost;
        OperatingPoint = operatingPoint;
    }

    /// <summary>Cost of one inference of the base model at nominal voltage.</summary>
    public double BaseCost { get; }

    /// <summary>Cost of one pass of the generator, in the unit of <see cref="BaseCost"/>.</summary>
    public double GeneratorCost { get; }

    /// <summary>The low voltage, with the source of its numbers.</summary>
    public OperatingPoint OperatingPoint { get; }

    /// <summary>What low voltage alone would save, 100 (1 - r), in percent.</summary>
    public double LowVoltagePercent => 100 * (1 - OperatingPoint.AccessEnergyRatio);

    /// <summary>What the generator adds, in percent of the base model's cost.</summary>
    public double GeneratorPercent => 100 * GeneratorCost / BaseCost;

    /// <summary>ES or MAC-ES: the difference of the two, in percent; negative where energy is lost.</summary>
    public double Percent => LowVoltagePercent - GeneratorPercent;

    /// <summary>The sign of <see cref="Percent"/> in words.</summary>
    public EnergyVerdict Verdict => Percent switch
    {
        > 0 => EnergyVerdict.Saves,
        < 0 => EnergyVerdict.CostsMore,
        _ => EnergyVerdict.BreaksEven,
    };

    /// <summary>The verdict as one sentence for a person, with its numbers.</summary>
    public string Sentence
    {
        get
        {
            string balance = FormattableString.Invariant($"low voltage saves {LowVoltagePercent:F1}%, the generator adds {GeneratorPercent:F1}%");
            return Verdict switch
            {
                EnergyVerdict.Saves => FormattableString.Invariant($"Saves {Percent:F1}% of the energy: {balance}."),
                EnergyVerdict.CostsMore => FormattableString.Invariant(
                    $"Costs {-Percent:F1}% more energy than the base model alone at nominal voltage: {balance}."),
                _ => $"Neither saves nor costs energy: {balance}.",
            };
        }
    }

    /// <summary>ES from weight memory accesses, as in Table 2.</summary>
    /// <exception cref="ArgumentException">The ledgers were counted on different arrays or dataflows, or the base model's is empty.</exception>
    public static EnergySaving FromAccesses(AccessLedger baseModel, AccessLedger generator, OperatingPoint operatingPoint)
    {
        ArgumentNullException.ThrowIfNull(baseModel);
        ArgumentNullException.ThrowIfNull(generator);
        if (baseModel.Array != generator.Array || baseModel.Dataflow != generator.Dataflow)
        {
            throw new ArgumentException("The generator was counted on another array or dataflow than the base model.", nameof(generator));
        }

        return new(baseModel.TotalWeightMemoryAccesses, generator.TotalWeightMemoryAccesses, operatingPoint);
    }

    /// <summary>MAC-ES, as in Table 8: both numbers of MACs are first rounded as ptflops prints them.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="baseMacs"/> is below 1 or <paramref name="generatorMacs"/> below 0.</exception>
    public static EnergySaving FromPrintedMacs(long baseMacs, long generatorMacs, OperatingPoint operatingPoint) =>
        new(PtflopsMacs.Rounded(baseMacs), PtflopsMacs.Rounded(generatorMacs), operatingPoint);
}
