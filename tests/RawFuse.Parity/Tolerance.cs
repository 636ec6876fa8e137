namespace RawFuse.Parity;

/// <summary>How far our float32 number may lie from libtorch's: |ours - torch| &lt;= absolute + relative * |torch|.</summary>
/// <param name="Name">What a failure calls it.</param>
internal sealed record Tolerance(string Name, double Absolute, double Relative)
{
    /// <summary>Copies, choices, and arithmetic in which both sides must round alike.</summary>
    public static readonly Tolerance Exact = new("exact", 0, 0);

    /// <summary>One float32 rounding of the exact result.</summary>
    public static readonly Tolerance OneRounding = new("one rounding", 1e-30, 6e-8);

    /// <summary>Elementary functions and short formulas of numbers near 1: a few roundings, each at most 6e-8.</summary>
    public static readonly Tolerance FewRoundings = new("few roundings", 3e-7, 3e-7);

    /// <summary>Sums of up to some hundreds of float32 products of numbers up to 1, in any order.</summary>
    public static readonly Tolerance ShortSum = new("short sum", 3e-6, 1e-6);

    /// <summary>Sums of up to some thousands of float32 products of numbers up to 2, in any order: they reach 50, where a rounding is 2e-6.</summary>
    public static readonly Tolerance LongSum = new("long sum", 6e-5, 2e-6);

    /// <summary>The same by minimal filtering, <see cref="RawFuse.Kernels.ConvolutionMode.Fast"/>, which rounds up to five times as much.</summary>
    public static readonly Tolerance FastLongSum = new("fast long sum", 5 * 6e-5, 5 * 2e-6);

    /// <summary>Normalization of as few as two values, which may lie so close together that 1 / deviation magnifies roundings up to 300 times.</summary>
    public static readonly Tolerance Magnified = new("magnified", 6e-5, 1e-5);

    /// <summary>A dozen optimizer steps on numbers up to 1 in float32 on both sides, which fuse multiplications and additions differently.</summary>
    public static readonly Tolerance FewSteps = new("few steps", 3e-7, 3e-7);

    /// <summary>Distance in units of what is allowed: above 1 is too far. NaN agrees with NaN alone.</summary>
    public double Excess(double torch, double ours)
    {
        if (torch.Equals(ours)) return 0;
        double distance = Math.Abs(ours - torch), allowed = Absolute + (Relative * Math.Abs(torch));
        return double.IsNaN(distance) || (distance > 0 && allowed == 0) ? double.PositiveInfinity : distance == 0 ? 0 : distance / allowed;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Absolute} + {Relative} * |torch|";
}
