using System.Numerics;

namespace RawFuse.Kernels;

/// <summary>A function of two numbers, in scalar and in vector form.</summary>
public interface IBinaryOp
{
    /// <summary>The function.</summary>
    static abstract float F(float x, float y);

    /// <summary>The function, lane by lane.</summary>
    static abstract Vector<float> F(Vector<float> x, Vector<float> y);
}

/// <summary>x + y.</summary>
public readonly struct Add : IBinaryOp
{
    /// <inheritdoc/>
    public static float F(float x, float y) => x + y;

    /// <inheritdoc/>
    public static Vector<float> F(Vector<float> x, Vector<float> y) => x + y;
}

/// <summary>x * y.</summary>
public readonly struct Multiply : IBinaryOp
{
    /// <inheritdoc/>
    public static float F(float x, float y) => x * y;

    /// <inheritdoc/>
    public static Vector<float> F(Vector<float> x, Vector<float> y) => x * y;
}
