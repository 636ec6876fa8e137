using System.Numerics;

namespace RawFuse.Kernels;

/// <summary>
/// A differentiable function of one number. The struct's fields are its constants. The scalar form serves GPU threads
/// and the remainder of SIMD loops, the vector form everything else; both must agree.
/// </summary>
public interface IUnaryOp
{
    /// <summary>Whether the derivative is expressed in the function's value rather than its argument; the tape saves just that one.</summary>
    static abstract bool DerivativeUsesValue { get; }

    /// <summary>The function.</summary>
    float F(float x);

    /// <summary>The function, lane by lane.</summary>
    Vector<float> F(Vector<float> x);

    /// <summary>The derivative.</summary>
    /// <param name="saved">The function's value or its argument, as <see cref="DerivativeUsesValue"/> says.</param>
    float Derivative(float saved);

    /// <summary>The derivative, lane by lane.</summary>
    Vector<float> Derivative(Vector<float> saved);
}
