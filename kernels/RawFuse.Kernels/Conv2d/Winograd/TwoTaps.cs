using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// F(4, 2), four outputs of a correlation with two taps from five multiplications, from the points 0, ±a, c and infinity with a = 3/4, c = 3/2. It is what is left of three
/// taps when pixels are taken two by two: see <see cref="WinogradStride2"/>.
/// </summary>
internal static unsafe class TwoTaps
{
    private const float A = 0.75f;
    private const float C = 1.5f;

    /// <summary>Toom-Cook's divisors, for 0, a, -a and c.</summary>
    private const float OfZero = 1 / (A * A * C);
    private const float OfA = 1 / (2 * A * A * (A - C));
    private const float OfMinusA = -1 / (2 * A * A * (A + C));
    private const float OfC = 1 / (C * ((C * C) - (A * A)));

    /// <summary>B^T d: 5 pixels to 5 factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Data<TSimd, TVector>(TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector t0 = Factor.MultiplyAdd<TSimd, TVector>(-C, d0, d1), t1 = Factor.MultiplyAdd<TSimd, TVector>(-C, d1, d2), t2 = Factor.MultiplyAdd<TSimd, TVector>(-C, d2, d3), t3 = Factor.MultiplyAdd<TSimd, TVector>(-C, d3, d4);
        TSimd.Store(to, Factor.MultiplyAdd<TSimd, TVector>(-A * A, t0, t2));
        TSimd.Store(to + step, Factor.MultiplyAdd<TSimd, TVector>(A, t1, t2));
        TSimd.Store(to + (2 * step), Factor.MultiplyAdd<TSimd, TVector>(-A, t1, t2));
        TSimd.Store(to + (3 * step), Factor.MultiplyAdd<TSimd, TVector>(-A * A, d1, d3));
        TSimd.Store(to + (4 * step), Factor.MultiplyAdd<TSimd, TVector>(-A * A, t1, t3));
    }

    /// <summary>G g: 2 weights to 5 factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector>(TVector g0, TVector g1, out TVector u0, out TVector u1, out TVector u2, out TVector u3, out TVector u4)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        u0 = TSimd.Multiply(g0, OfZero);
        u1 = TSimd.Multiply(Factor.MultiplyAdd<TSimd, TVector>(A, g1, g0), OfA);
        u2 = TSimd.Multiply(Factor.MultiplyAdd<TSimd, TVector>(-A, g1, g0), OfMinusA);
        u3 = TSimd.Multiply(Factor.MultiplyAdd<TSimd, TVector>(C, g1, g0), OfC);
        u4 = g1;
    }

    /// <summary>A^T p: 5 products to 4 outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Result<TSimd, TVector>(
        TVector p0, TVector p1, TVector p2, TVector p3, TVector p4, out TVector y0, out TVector y1, out TVector y2, out TVector y3)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector even = TSimd.Add(p1, p2), odd = TSimd.Subtract(p1, p2);
        y0 = TSimd.Add(p0, TSimd.Add(even, p3));
        y1 = Factor.MultiplyAdd<TSimd, TVector>(A, odd, TSimd.Multiply(p3, C));
        y2 = Factor.MultiplyAdd<TSimd, TVector>(A * A, even, TSimd.Multiply(p3, C * C));
        y3 = Factor.MultiplyAdd<TSimd, TVector>(A * A * A, odd, Factor.MultiplyAdd<TSimd, TVector>(C * C * C, p3, p4));
    }

    /// <summary>A dy: the gradients of 4 outputs to 5 factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ResultGradient<TSimd, TVector>(TVector y0, TVector y1, TVector y2, TVector y3, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector even = Factor.MultiplyAdd<TSimd, TVector>(A * A, y2, y0), odd = Factor.MultiplyAdd<TSimd, TVector>(A * A, y3, y1);
        TSimd.Store(to, y0);
        TSimd.Store(to + step, Factor.MultiplyAdd<TSimd, TVector>(A, odd, even));
        TSimd.Store(to + (2 * step), Factor.MultiplyAdd<TSimd, TVector>(-A, odd, even));
        TSimd.Store(to + (3 * step), Factor.MultiplyAdd<TSimd, TVector>(C, Factor.MultiplyAdd<TSimd, TVector>(C * C, y3, y1), Factor.MultiplyAdd<TSimd, TVector>(C * C, y2, y0)));
        TSimd.Store(to + (4 * step), y3);
    }

    /// <summary>G^T q: 5 products to the gradients of 2 weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient<TSimd, TVector>(TVector q0, TVector q1, TVector q2, TVector q3, TVector q4, out TVector g0, out TVector g1)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector a = TSimd.Multiply(q1, OfA), minusA = TSimd.Multiply(q2, OfMinusA), c = TSimd.Multiply(q3, OfC);
        g0 = Factor.MultiplyAdd<TSimd, TVector>(OfZero, q0, TSimd.Add(TSimd.Add(a, minusA), c));
        g1 = Factor.MultiplyAdd<TSimd, TVector>(A, TSimd.Subtract(a, minusA), Factor.MultiplyAdd<TSimd, TVector>(C, c, q4));
    }
}
