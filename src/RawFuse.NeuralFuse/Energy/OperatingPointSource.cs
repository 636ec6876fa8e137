namespace RawFuse.NeuralFuse.Energy;

/// <summary>Where an <see cref="OperatingPoint"/>'s numbers come from.</summary>
public enum OperatingPointSource
{
    /// <summary>The NeuralFuse paper's own point: 0.83 Vmin, 1% bit error rate, 0.694 of the nominal access energy.</summary>
    Paper,

    /// <summary>The curves of <see cref="VoltageCurve"/>.</summary>
    Fit,
}
