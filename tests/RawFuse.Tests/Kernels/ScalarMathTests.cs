using System.Numerics;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>The elementary functions that CPU and GPU share, against double precision, in units of the last place.</summary>
public sealed class ScalarMathTests
{
    [Fact]
    public void ExpIsRightToAFewUnits() => AssertUnits(3, Sweep(-87, 88), ScalarMath.Exp, Math.Exp);

    [Fact]
    public void LogIsRightToAFewUnits() => AssertUnits(3, Sweep(-86, 87).Select(x => (float)Math.Exp(x)).Concat(Sweep(0.5f, 2)), ScalarMath.Log, Math.Log);

    [Fact]
    public void TanhIsRightToAFewUnits() => AssertUnits(4, TanhArguments, ScalarMath.Tanh, Math.Tanh);

    [Fact]
    public void VectorTanhIsRightToAFewUnits() => AssertUnits(4, TanhArguments, x => default(Tanh).F(new Vector<float>(x))[0], Math.Tanh);

    [Fact]
    public void ExpKeepsNaNAndLimitsItsRange()
    {
        Assert.True(float.IsNaN(ScalarMath.Exp(float.NaN)));
        Assert.Equal(ScalarMath.Exp(88), ScalarMath.Exp(float.PositiveInfinity));
        Assert.InRange(ScalarMath.Exp(float.NegativeInfinity), 0, 2e-38f);
        Assert.Equal(1, ScalarMath.Exp(0));
    }

    private static IEnumerable<float> TanhArguments =>
        Sweep(-12, 12).Concat(Sweep(-0.7f, 0.7f)).Concat(Sweep(-60, 0).SelectMany(e => (float[])[MathF.Exp(e), -MathF.Exp(e)]));

    private static IEnumerable<float> Sweep(float from, float to) => Enumerable.Range(0, 20_001).Select(i => from + ((to - from) * i / 20_000));

    private static void AssertUnits(int limit, IEnumerable<float> arguments, Func<float, float> function, Func<double, double> reference)
    {
        foreach (float x in arguments)
        {
            double expected = reference(x), actual = function(x);
            double unit = Math.Max(MathF.BitIncrement(MathF.Abs((float)expected)) - MathF.Abs((float)expected), float.Epsilon);
            double units = Math.Abs(actual - expected) / unit;
            Assert.True(units <= limit, $"f({x:R}) is {actual:R}; expected {expected:R}: {units:F1} units.");
        }
    }
}
