using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Three taps with stride 2, four outputs: the outer taps meet the pixels with even numbers, where they are two neighbouring taps (<see cref="TwoTaps"/>, 5 multiplications), and
/// the middle tap meets the odd ones (4 multiplications, all by that tap itself). In two dimensions 81 instead of 144 multiplications for 16 outputs.
/// </summary>
internal readonly unsafe struct WinogradStride2 : IWinogradGradient
{
    public static int Outputs => 4;

    public static int Inputs => 9;

    public static int Products => 9;

    public static int WeightFactors => 6;

    public static int Step => 8;

    public static int WeightFactor(int product) => Math.Min(product, 5);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Data<TSimd, TVector, TLine>(TLine d, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TwoTaps.Data<TSimd, TVector>(d[0], d[2], d[4], d[6], d[8], to, step);
        TSimd.Store(to + (5 * step), d[1]);
        TSimd.Store(to + (6 * step), d[3]);
        TSimd.Store(to + (7 * step), d[5]);
        TSimd.Store(to + (8 * step), d[7]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector>(
        TVector g0, TVector g1, TVector g2, out TVector u0, out TVector u1, out TVector u2, out TVector u3, out TVector u4, out TVector u5)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TwoTaps.Weights<TSimd, TVector>(g0, g2, out u0, out u1, out u2, out u3, out u4);
        u5 = g1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Result<TSimd, TVector, TLine>(TLine p, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TwoTaps.Result<TSimd, TVector>(p[0], p[1], p[2], p[3], p[4], out TVector y0, out TVector y1, out TVector y2, out TVector y3);
        TSimd.Store(to, TSimd.Add(y0, p[5]));
        TSimd.Store(to + step, TSimd.Add(y1, p[6]));
        TSimd.Store(to + (2 * step), TSimd.Add(y2, p[7]));
        TSimd.Store(to + (3 * step), TSimd.Add(y3, p[8]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ResultGradient<TSimd, TVector, TLine>(TLine dy, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector y0 = dy[0], y1 = dy[1], y2 = dy[2], y3 = dy[3];
        TwoTaps.ResultGradient<TSimd, TVector>(y0, y1, y2, y3, to, step);
        TSimd.Store(to + (5 * step), y0);
        TSimd.Store(to + (6 * step), y1);
        TSimd.Store(to + (7 * step), y2);
        TSimd.Store(to + (8 * step), y3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient<TSimd, TVector, TLine>(TLine q, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TwoTaps.WeightGradient<TSimd, TVector>(q[0], q[1], q[2], q[3], q[4], out TVector g0, out TVector g2);
        TSimd.Store(to, g0);
        TSimd.Store(to + step, TSimd.Add(TSimd.Add(q[5], q[6]), TSimd.Add(q[7], q[8])));
        TSimd.Store(to + (2 * step), g2);
    }
}

/// <summary>
/// The input gradient of a convolution with three taps, stride 2 and padding 1, with the taps reversed: of eight input pixels the even ones meet the middle tap of one output each, the
/// odd ones the outer taps of two neighbouring outputs. In two dimensions 81 instead of 144 multiplications for 64 pixels.
/// </summary>
internal readonly unsafe struct WinogradStride2Gradient : IWinograd
{
    public static int Outputs => 8;

    public static int Inputs => 5;

    public static int Products => 9;

    public static int WeightFactors => WinogradStride2.WeightFactors;

    public static int Step => 4;

    public static int WeightFactor(int product) => WinogradStride2.WeightFactor(product);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Data<TSimd, TVector, TLine>(TLine d, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TVector d0 = d[0], d1 = d[1], d2 = d[2], d3 = d[3];
        TwoTaps.Data<TSimd, TVector>(d0, d1, d2, d3, d[4], to, step);
        TSimd.Store(to + (5 * step), d0);
        TSimd.Store(to + (6 * step), d1);
        TSimd.Store(to + (7 * step), d2);
        TSimd.Store(to + (8 * step), d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector>(
        TVector g0, TVector g1, TVector g2, out TVector u0, out TVector u1, out TVector u2, out TVector u3, out TVector u4, out TVector u5)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => WinogradStride2.Weights<TSimd, TVector>(g0, g1, g2, out u0, out u1, out u2, out u3, out u4, out u5);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Result<TSimd, TVector, TLine>(TLine p, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TLine : struct, ILine<TVector>
    {
        TwoTaps.Result<TSimd, TVector>(p[0], p[1], p[2], p[3], p[4], out TVector y0, out TVector y1, out TVector y2, out TVector y3);
        TSimd.Store(to, p[5]);
        TSimd.Store(to + step, y0);
        TSimd.Store(to + (2 * step), p[6]);
        TSimd.Store(to + (3 * step), y1);
        TSimd.Store(to + (4 * step), p[7]);
        TSimd.Store(to + (5 * step), y2);
        TSimd.Store(to + (6 * step), p[8]);
        TSimd.Store(to + (7 * step), y3);
    }
}
