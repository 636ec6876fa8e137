namespace RawFuse.NeuralFuse.Energy;

/// <summary>A low supply voltage: how many weight bits fail there and what a memory access costs.</summary>
public sealed record OperatingPoint
{
    private OperatingPoint(double ber, double voltage, double accessEnergyRatio, OperatingPointSource source)
    {
        Ber = ber;
        Voltage = voltage;
        AccessEnergyRatio = accessEnergyRatio;
        Source = source;
    }

    /// <summary>
    /// The point of the paper's Tables 2 and 8: "0.83 Vmin, 1% BER, about 30% less energy". The ratio 0.694 is the one that reproduces
    /// both tables.
    /// </summary>
    public static OperatingPoint Paper { get; } = new(ber: 0.01, voltage: 0.83, accessEnergyRatio: 0.694, OperatingPointSource.Paper);

    /// <summary>The lowest voltage without errors, where nothing is saved.</summary>
    public static OperatingPoint Nominal { get; } = new(ber: 0, voltage: 1, accessEnergyRatio: 1, OperatingPointSource.Fit);

    /// <summary>Bit error rate as a fraction: the probability that a cell fails.</summary>
    public double Ber { get; }

    /// <summary>Supply voltage as a fraction of Vmin, the lowest one without errors.</summary>
    public double Voltage { get; }

    /// <summary>r: energy of one access here over its energy at Vmin.</summary>
    public double AccessEnergyRatio { get; }

    /// <summary>Where the three numbers come from.</summary>
    public OperatingPointSource Source { get; }

    /// <summary>
    /// The operating point for a bit error rate. The paper gives an energy for 1% only, so any other rate comes from the fit even where
    /// <see cref="OperatingPointSource.Paper"/> is preferred; <see cref="Source"/> of the result says which one was used.
    /// </summary>
    /// <param name="ber">Bit error rate as a fraction, within the range of <see cref="VoltageCurve"/> unless it is the paper's.</param>
    /// <param name="preferred">What to use where both have an answer.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ber"/> lies outside <see cref="VoltageCurve"/>'s range, or
    /// <paramref name="preferred"/> is not a defined value.</exception>
    public static OperatingPoint ForBer(double ber, OperatingPointSource preferred = OperatingPointSource.Paper)
    {
        if (!Enum.IsDefined(preferred))
        {
            throw new ArgumentOutOfRangeException(nameof(preferred), preferred, "Unknown source.");
        }

        if (preferred == OperatingPointSource.Paper && ber == Paper.Ber)
        {
            return Paper;
        }

        double voltage = VoltageCurve.VoltageForBer(ber);
        return new(ber, voltage, VoltageCurve.EnergyRatio(voltage), OperatingPointSource.Fit);
    }
}
