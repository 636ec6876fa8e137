using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// F(4, 3) from the points 0, ±a, ±b and infinity with a = 3/4, b = 3/2: 36 multiplications for 16 outputs, 4 times fewer than directly.
/// <para>
/// The usual points ±1, ±2 grow rounding errors tenfold, these three- to fivefold (root mean square against the direct sum, 64 to 512 channels): their powers lie closer to 1. Every factor but
/// those of the weights is a short binary fraction and exact.
/// </para>
/// </summary>
internal readonly unsafe struct WinogradF4 : IWinogradGradient
{
    private const float A = 0.75f;
    private const float B = 1.5f;
    private const float A2 = A * A;
    private const float B2 = B * B;

    /// <summary>Product and sum of the squares: (x^2 - a^2)(x^2 - b^2) = x^4 - Sum x^2 + Product.</summary>
    private const float Product = A2 * B2;
    private const float Sum = A2 + B2;

    /// <summary>Toom-Cook's divisors: the product of a point's differences to all others, for 0, ±a and ±b.</summary>
    private const float OfZero = 1 / Product;
    private const float OfA = 1 / (2 * A2 * (A2 - B2));
    private const float OfB = 1 / (2 * B2 * (B2 - A2));

    public static int Outputs => 4;

    public static int Inputs => 6;

    public static int Products => 6;

    public static int WeightFactors => 6;

    public static int Step => 4;

    public static int WeightFactor(int product) => product;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Data<TSimd, TVector, TLine>(TLine d, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector d1 = d[1], d2 = d[2], d3 = d[3], d4 = d[4];
        TVector evenA = Factor.MultiplyAdd<TSimd, TVector>(-B2, d2, d4), oddA = Factor.MultiplyAdd<TSimd, TVector>(-B2, d1, d3);
        TVector evenB = Factor.MultiplyAdd<TSimd, TVector>(-A2, d2, d4), oddB = Factor.MultiplyAdd<TSimd, TVector>(-A2, d1, d3);
        TSimd.Store(to, Factor.MultiplyAdd<TSimd, TVector>(Product, d[0], Factor.MultiplyAdd<TSimd, TVector>(-Sum, d2, d4)));
        TSimd.Store(to + step, Factor.MultiplyAdd<TSimd, TVector>(A, oddA, evenA));
        TSimd.Store(to + (2 * step), Factor.MultiplyAdd<TSimd, TVector>(-A, oddA, evenA));
        TSimd.Store(to + (3 * step), Factor.MultiplyAdd<TSimd, TVector>(B, oddB, evenB));
        TSimd.Store(to + (4 * step), Factor.MultiplyAdd<TSimd, TVector>(-B, oddB, evenB));
        TSimd.Store(to + (5 * step), Factor.MultiplyAdd<TSimd, TVector>(Product, d1, Factor.MultiplyAdd<TSimd, TVector>(-Sum, d3, d[5])));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector>(
        TVector g0, TVector g1, TVector g2, out TVector u0, out TVector u1, out TVector u2, out TVector u3, out TVector u4, out TVector u5)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector evenA = TSimd.Multiply(Factor.MultiplyAdd<TSimd, TVector>(A2, g2, g0), OfA), evenB = TSimd.Multiply(Factor.MultiplyAdd<TSimd, TVector>(B2, g2, g0), OfB);
        u0 = TSimd.Multiply(g0, OfZero);
        u1 = Factor.MultiplyAdd<TSimd, TVector>(A * OfA, g1, evenA);
        u2 = Factor.MultiplyAdd<TSimd, TVector>(-A * OfA, g1, evenA);
        u3 = Factor.MultiplyAdd<TSimd, TVector>(B * OfB, g1, evenB);
        u4 = Factor.MultiplyAdd<TSimd, TVector>(-B * OfB, g1, evenB);
        u5 = g2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Result<TSimd, TVector, TLine>(TLine p, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector p1 = p[1], p2 = p[2], p3 = p[3], p4 = p[4];
        TVector evenA = TSimd.Add(p1, p2), oddA = TSimd.Subtract(p1, p2), evenB = TSimd.Add(p3, p4), oddB = TSimd.Subtract(p3, p4);
        TSimd.Store(to, TSimd.Add(p[0], TSimd.Add(evenA, evenB)));
        TSimd.Store(to + step, Factor.MultiplyAdd<TSimd, TVector>(A, oddA, TSimd.Multiply(oddB, B)));
        TSimd.Store(to + (2 * step), Factor.MultiplyAdd<TSimd, TVector>(A2, evenA, TSimd.Multiply(evenB, B2)));
        TSimd.Store(to + (3 * step), Factor.MultiplyAdd<TSimd, TVector>(A * A2, oddA, Factor.MultiplyAdd<TSimd, TVector>(B * B2, oddB, p[5])));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ResultGradient<TSimd, TVector, TLine>(TLine dy, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector y0 = dy[0], y1 = dy[1], y2 = dy[2], y3 = dy[3];
        TVector evenA = Factor.MultiplyAdd<TSimd, TVector>(A2, y2, y0), oddA = Factor.MultiplyAdd<TSimd, TVector>(A2, y3, y1);
        TVector evenB = Factor.MultiplyAdd<TSimd, TVector>(B2, y2, y0), oddB = Factor.MultiplyAdd<TSimd, TVector>(B2, y3, y1);
        TSimd.Store(to, y0);
        TSimd.Store(to + step, Factor.MultiplyAdd<TSimd, TVector>(A, oddA, evenA));
        TSimd.Store(to + (2 * step), Factor.MultiplyAdd<TSimd, TVector>(-A, oddA, evenA));
        TSimd.Store(to + (3 * step), Factor.MultiplyAdd<TSimd, TVector>(B, oddB, evenB));
        TSimd.Store(to + (4 * step), Factor.MultiplyAdd<TSimd, TVector>(-B, oddB, evenB));
        TSimd.Store(to + (5 * step), y3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient<TSimd, TVector, TLine>(TLine q, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector q1 = q[1], q2 = q[2], q3 = q[3], q4 = q[4];
        TVector evenA = TSimd.Multiply(TSimd.Add(q1, q2), OfA), oddA = TSimd.Subtract(q1, q2);
        TVector evenB = TSimd.Multiply(TSimd.Add(q3, q4), OfB), oddB = TSimd.Subtract(q3, q4);
        TSimd.Store(to, Factor.MultiplyAdd<TSimd, TVector>(OfZero, q[0], TSimd.Add(evenA, evenB)));
        TSimd.Store(to + step, Factor.MultiplyAdd<TSimd, TVector>(A * OfA, oddA, TSimd.Multiply(oddB, B * OfB)));
        TSimd.Store(to + (2 * step), Factor.MultiplyAdd<TSimd, TVector>(A2, evenA, Factor.MultiplyAdd<TSimd, TVector>(B2, evenB, q[5])));
    }
}
