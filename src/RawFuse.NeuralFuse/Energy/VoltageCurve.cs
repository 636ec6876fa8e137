namespace RawFuse.NeuralFuse.Energy;

/// <summary>
/// Bit error rate and access energy of a 14 nm, 512 x 64 SRAM array against its supply voltage, fitted to points read off a plot in Stutz et al.,
/// "Bit error robustness for energy-efficient DNN accelerators", MLSys 2021. Voltages are fractions of Vmin. Over the measured points the fitted
/// error rate is at most 0.0035 Vmin away in voltage (which is 18% in rate above 0.05%, but up to 35% below 0.002%) and the energy
/// at most 0.0025 away. The points span 0.759 to 0.999 in energy but only 0.759 to 0.959 in error rate, so rates below 2e-6 are extrapolated; beyond
/// <see cref="MinimumVoltage"/> and <see cref="MaximumVoltage"/> every function refuses to.
/// </summary>
public static class VoltageCurve
{
    /// <summary>The lowest voltage covered, 0.75 Vmin.</summary>
    public const double MinimumVoltage = 0.75;

    /// <summary>The highest voltage covered, Vmin itself.</summary>
    public const double MaximumVoltage = 1.0;

    // A cell fails below a threshold voltage; thresholds are normally distributed with this mean and 1/steepness as deviation.
    private const double Steepness = 18.345;
    private const double MeanThreshold = 0.7133;
    private const double EnergyExponent = 2.076;

    /// <summary>The error rate at <see cref="MaximumVoltage"/>, about 7e-8.</summary>
    public static double MinimumBer { get; } = Ber(MaximumVoltage);

    /// <summary>The error rate at <see cref="MinimumVoltage"/>, about 0.25.</summary>
    public static double MaximumBer { get; } = Ber(MinimumVoltage);

    /// <summary>Probability that a cell fails: Q(18.345 (v - 0.7133)), Q the upper tail of the standard normal distribution.</summary>
    /// <param name="voltage">v, supply voltage / Vmin.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="voltage"/> is outside the covered range or NaN.</exception>
    public static double Ber(double voltage)
    {
        ThrowIfOutside(voltage, MinimumVoltage, MaximumVoltage, nameof(voltage));
        return NormalTail.Probability(Steepness * (voltage - MeanThreshold));
    }

    /// <summary>Energy of one access over its energy at Vmin: v^2.076.</summary>
    /// <param name="voltage">v, supply voltage / Vmin.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="voltage"/> is outside the covered range or NaN.</exception>
    public static double EnergyRatio(double voltage)
    {
        ThrowIfOutside(voltage, MinimumVoltage, MaximumVoltage, nameof(voltage));
        return Math.Pow(voltage, EnergyExponent);
    }

    /// <summary>The voltage, as a fraction of Vmin, at which cells fail with probability <paramref name="ber"/>: the inverse of <see cref="Ber"/>.</summary>
    /// <param name="ber">Bit error rate as a fraction, from <see cref="MinimumBer"/> to <see cref="MaximumBer"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ber"/> is outside that range or NaN.</exception>
    public static double VoltageForBer(double ber)
    {
        ThrowIfOutside(ber, MinimumBer, MaximumBer, nameof(ber));
        double voltage = MeanThreshold + NormalTail.Quantile(ber) / Steepness;

        // Rounding must not push the two end points out of the range the other functions accept.
        return Math.Clamp(voltage, MinimumVoltage, MaximumVoltage);
    }

    private static void ThrowIfOutside(double value, double minimum, double maximum, string name)
    {
        if (!(value >= minimum && value <= maximum)) // NaN too
        {
            throw new ArgumentOutOfRangeException(name, value, FormattableString.Invariant($"The fitted curve covers {minimum:G3} to {maximum:G3}."));
        }
    }
}
