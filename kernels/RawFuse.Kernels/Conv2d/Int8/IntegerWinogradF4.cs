using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// F(4, 3) from the points 0, ±1, ±2 and infinity: 36 multiplications for 16 outputs, 4 times fewer than directly. The divisors 4, 6, 6, 24, 24 and 1 go into the weights as
/// factors 6, 4, 4, 1, 1 and 12 (the last leaves a 2 to the results, or weights would not fit 16 bits). Weights grow at most 144-fold, to 18432. Inputs grow at most 100-fold, from
/// -128 to 12800; of those from 0 to 255 at most 68 parts have one sign, which makes 17340. Results come out 24 * 24 = 64 * 9 times too large: those of 26 bits are exact.
/// </summary>
internal readonly unsafe struct IntegerWinogradF4 : IIntegerWinograd
{
    public static int Outputs => 4;

    public static int Inputs => 6;

    public static int Shift => 6;

    /// <summary>9 * 954437177 = 2 * 2^32 + 1.</summary>
    public static int Inverse => 954437177;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Data<TSimd, TVector, TLine>(TLine d, short* to, nint step)
        where TSimd : struct, IIntegerSimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector d1 = d[1], d2 = d[2], d3 = d[3], d4 = d[4];
        TSimd.Store(to, TSimd.AddWords(Quadruple<TSimd, TVector>(TSimd.SubtractWords(d[0], d2)), TSimd.SubtractWords(d4, d2)));
        TSimd.Store(to + step, TSimd.SubtractWords(Quadruple<TSimd, TVector>(TSimd.AddWords(d1, d2)), TSimd.AddWords(d3, d4)));
        TSimd.Store(to + (2 * step), TSimd.AddWords(Quadruple<TSimd, TVector>(TSimd.SubtractWords(d2, d1)), TSimd.SubtractWords(d3, d4)));
        TVector even = TSimd.SubtractWords(d4, d2), odd = TSimd.ShiftWordsLeft(TSimd.SubtractWords(d3, d1), 1);
        TSimd.Store(to + (3 * step), TSimd.AddWords(even, odd));
        TSimd.Store(to + (4 * step), TSimd.SubtractWords(even, odd));
        TSimd.Store(to + (5 * step), TSimd.AddWords(Quadruple<TSimd, TVector>(TSimd.SubtractWords(d1, d3)), TSimd.SubtractWords(d[5], d3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector, TLine>(TLine g, short* to, nint step)
        where TSimd : struct, IIntegerSimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector g0 = g[0], g1 = g[1], g2 = g[2], four = Quadruple<TSimd, TVector>(g2);
        TVector outer = Quadruple<TSimd, TVector>(TSimd.AddWords(g0, g2)), inner = Quadruple<TSimd, TVector>(g1);
        TVector even = TSimd.AddWords(g0, four), odd = TSimd.ShiftWordsLeft(g1, 1);
        TSimd.Store(to, TSimd.AddWords(Quadruple<TSimd, TVector>(g0), TSimd.ShiftWordsLeft(g0, 1)));
        TSimd.Store(to + step, TSimd.AddWords(outer, inner));
        TSimd.Store(to + (2 * step), TSimd.SubtractWords(outer, inner));
        TSimd.Store(to + (3 * step), TSimd.AddWords(even, odd));
        TSimd.Store(to + (4 * step), TSimd.SubtractWords(even, odd));
        TSimd.Store(to + (5 * step), TSimd.AddWords(four, TSimd.ShiftWordsLeft(g2, 3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Result<TSimd, TVector, TLine>(TLine p, int* to, nint step)
        where TSimd : struct, IIntegerSimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector p1 = p[1], p2 = p[2], p3 = p[3], p4 = p[4];
        TVector even = TSimd.Add(p1, p2), odd = TSimd.Subtract(p1, p2), outerEven = TSimd.Add(p3, p4), outerOdd = TSimd.ShiftLeft(TSimd.Subtract(p3, p4), 1);
        TSimd.Store(to, TSimd.Add(p[0], TSimd.Add(even, outerEven)));
        TSimd.Store(to + step, TSimd.Add(odd, outerOdd));
        TSimd.Store(to + (2 * step), TSimd.Add(even, TSimd.ShiftLeft(outerEven, 2)));
        TSimd.Store(to + (3 * step), TSimd.Add(TSimd.Add(odd, TSimd.ShiftLeft(outerOdd, 2)), TSimd.ShiftLeft(p[5], 1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Quadruple<TSimd, TVector>(TVector words)
        where TSimd : struct, IIntegerSimd<TVector>
        where TVector : struct => TSimd.ShiftWordsLeft(words, 2);
}
