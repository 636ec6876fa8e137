using System.Numerics;

namespace RawFuse.Kernels;

/// <summary>max(x, 0). Its derivative at 0 is 0; NaN stays NaN.</summary>
public readonly struct Relu : IUnaryOp
{
    /// <inheritdoc/>
    public static bool DerivativeUsesValue => true;

    /// <inheritdoc/>
    public float F(float x) => x <= 0 ? 0 : x;

    /// <inheritdoc/>
    public Vector<float> F(Vector<float> x) => Vector.ConditionalSelect(Vector.LessThanOrEqual(x, Vector<float>.Zero), Vector<float>.Zero, x);

    /// <inheritdoc/>
    public float Derivative(float saved) => saved > 0 ? 1 : 0;

    /// <inheritdoc/>
    public Vector<float> Derivative(Vector<float> saved) =>
        Vector.ConditionalSelect(Vector.GreaterThan(saved, Vector<float>.Zero), Vector<float>.One, Vector<float>.Zero);
}

/// <summary>Hyperbolic tangent.</summary>
public readonly struct Tanh : IUnaryOp
{
    /// <inheritdoc/>
    public static bool DerivativeUsesValue => true;

    /// <inheritdoc/>
    public float F(float x) => ScalarMath.Tanh(x);

    /// <inheritdoc/>
    public Vector<float> F(Vector<float> x)
    {
        // tanh|x| = 1 - 2 / (e^(2|x|) + 1); below 0.625 the odd polynomial of ScalarMath.Tanh, which loses no digits.
        Vector<float> magnitude = Vector.Abs(x);
        Vector<float> square = x * x;
        Vector<float> small = (((((ScalarMath.TanhC5 * square) + new Vector<float>(ScalarMath.TanhC4)) * square + new Vector<float>(ScalarMath.TanhC3)) * square
            + new Vector<float>(ScalarMath.TanhC2)) * square + new Vector<float>(ScalarMath.TanhC1)) * square * x + x;
        Vector<float> capped = Vector.Min(magnitude, new Vector<float>(ScalarMath.TanhSaturation));
        Vector<float> large = Vector<float>.One - (new Vector<float>(2f) / (Vector.Exp(capped + capped) + Vector<float>.One));
        large = Vector.CopySign(large, x);
        Vector<float> result = Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<float>(ScalarMath.TanhCrossover)), small, large);
        return Vector.ConditionalSelect(Vector.Equals(x, x), result, x);
    }

    /// <inheritdoc/>
    public float Derivative(float saved) => 1 - (saved * saved);

    /// <inheritdoc/>
    public Vector<float> Derivative(Vector<float> saved) => Vector<float>.One - (saved * saved);
}

/// <summary>x limited to [min, max]. The derivative is 1 inside and exactly at both limits, 0 outside.</summary>
/// <param name="min">Lower limit.</param>
/// <param name="max">Upper limit.</param>
public readonly struct Clamp(float min, float max) : IUnaryOp
{
    private readonly float min = min;
    private readonly float max = max;

    /// <inheritdoc/>
    public static bool DerivativeUsesValue => false;

    /// <inheritdoc/>
    public float F(float x) => x < min ? min : x > max ? max : x;

    /// <inheritdoc/>
    public Vector<float> F(Vector<float> x)
    {
        var low = new Vector<float>(min);
        var high = new Vector<float>(max);
        return Vector.ConditionalSelect(Vector.LessThan(x, low), low, Vector.ConditionalSelect(Vector.GreaterThan(x, high), high, x));
    }

    /// <inheritdoc/>
    public float Derivative(float saved) => saved >= min && saved <= max ? 1 : 0;

    /// <inheritdoc/>
    public Vector<float> Derivative(Vector<float> saved) =>
        Vector.ConditionalSelect(
            Vector.GreaterThanOrEqual(saved, new Vector<float>(min)) & Vector.LessThanOrEqual(saved, new Vector<float>(max)), Vector<float>.One, Vector<float>.Zero);
}

/// <summary>factor * x.</summary>
/// <param name="factor">The constant factor.</param>
public readonly struct Scale(float factor) : IUnaryOp
{
    private readonly float factor = factor;

    /// <inheritdoc/>
    public static bool DerivativeUsesValue => true;

    /// <inheritdoc/>
    public float F(float x) => factor * x;

    /// <inheritdoc/>
    public Vector<float> F(Vector<float> x) => factor * x;

    /// <inheritdoc/>
    public float Derivative(float saved) => factor;

    /// <inheritdoc/>
    public Vector<float> Derivative(Vector<float> saved) => new(factor);
}
