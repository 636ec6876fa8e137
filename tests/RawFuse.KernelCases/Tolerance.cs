namespace RawFuse.KernelCases;

/// <summary>How far a computed number may lie from its reference: |actual - expected| &lt;= absolute + relative * |expected|.</summary>
public sealed record Tolerance(double Absolute, double Relative)
{
    /// <summary>Not at all: integers, copies, and float arithmetic on numbers chosen so that nothing is ever rounded.</summary>
    public static readonly Tolerance Exact = new(0, 0);

    /// <summary>A handful of float32 roundings: elementary functions and short formulas.</summary>
    public static readonly Tolerance FewRoundings = new(5e-7, 1e-6);

    /// <summary>Sums of hundreds or thousands of float32 products of numbers near 1, in any order.</summary>
    public static readonly Tolerance LongSum = new(2e-4, 2e-5);

    /// <summary>Whether the number is close enough. NaN agrees with NaN, an infinity with itself, 0 with -0.</summary>
    public bool Accepts(double expected, double actual)
    {
        if (double.IsNaN(expected)) return double.IsNaN(actual);
        if (double.IsInfinity(expected)) return actual == expected;
        return Math.Abs(actual - expected) <= Absolute + (Relative * Math.Abs(expected));
    }
}
