using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// F(2, 3) from the points 0, 1, -1 and infinity with weights doubled: 16 multiplications for 4 outputs. Inputs grow 4-fold and weights 9-fold in magnitude, and results come
/// out 4 times too large: those of 30 bits are exact.
/// </summary>
internal readonly unsafe struct IntegerWinogradF2 : IIntegerWinograd
{
    public static int Outputs => 2;

    public static int Inputs => 4;

    public static int Shift => 2;

    public static int Inverse => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Data<TSimd, TVector, TLine>(TLine d, short* to, nint step)
        where TSimd : struct, IIntegerSimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector d1 = d[1], d2 = d[2];
        TSimd.Store(to, TSimd.SubtractWords(d[0], d2));
        TSimd.Store(to + step, TSimd.AddWords(d1, d2));
        TSimd.Store(to + (2 * step), TSimd.SubtractWords(d2, d1));
        TSimd.Store(to + (3 * step), TSimd.SubtractWords(d[3], d1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector, TLine>(TLine g, short* to, nint step)
        where TSimd : struct, IIntegerSimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector g0 = g[0], g1 = g[1], g2 = g[2], even = TSimd.AddWords(g0, g2);
        TSimd.Store(to, TSimd.ShiftWordsLeft(g0, 1));
        TSimd.Store(to + step, TSimd.AddWords(even, g1));
        TSimd.Store(to + (2 * step), TSimd.SubtractWords(even, g1));
        TSimd.Store(to + (3 * step), TSimd.ShiftWordsLeft(g2, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Result<TSimd, TVector, TLine>(TLine p, int* to, nint step)
        where TSimd : struct, IIntegerSimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector p1 = p[1], p2 = p[2];
        TSimd.Store(to, TSimd.Add(p[0], TSimd.Add(p1, p2)));
        TSimd.Store(to + step, TSimd.Add(p[3], TSimd.Subtract(p1, p2)));
    }
}
