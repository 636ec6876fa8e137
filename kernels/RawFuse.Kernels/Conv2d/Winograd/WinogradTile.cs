using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Winograd's transforms in two dimensions, for one vector of channels: the one-dimensional transform of every row, then of every column. Factors and products are numbered
/// f = row * n + column, n being the number of them in a line, and lie <c>plane</c> floats apart.
/// </summary>
internal static unsafe class WinogradTile<TTile, TSimd, TVector>
    where TTile : struct, IWinograd
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Floats of working memory that a transform needs.</summary>
    public static int Work => TTile.Products * Math.Max(TTile.Products, TTile.Inputs) * TSimd.Lanes;

    private static int N => TTile.Products;

    private static int W => TTile.WeightFactors;

    private static int I => TTile.Inputs;

    private static int M => TTile.Outputs;

    /// <summary>B^T d B for a tile of inputs.</summary>
    /// <param name="pixels">A pointer per pixel.</param>
    /// <param name="channel">First channel.</param>
    /// <param name="to">Receives n * n vectors.</param>
    /// <param name="plane">Floats from one to the next.</param>
    /// <param name="work">Working memory.</param>
    [MethodImpl(Hot.Loop)]
    public static void Data(float** pixels, int channel, float* to, nint plane, float* work)
    {
        for (int y = 0; y < I; y++)
            TTile.Data<TSimd, TVector, PointerLine<TSimd, TVector>>(new(pixels + (y * I), channel), work + (y * TSimd.Lanes), I * TSimd.Lanes);
        for (int x = 0; x < N; x++)
            TTile.Data<TSimd, TVector, StridedLine<TSimd, TVector>>(new(work + (x * I * TSimd.Lanes), TSimd.Lanes), to + (x * plane), N * plane);
    }

    /// <summary>Number of the weights' factor of product f.</summary>
    public static int WeightFactor(int f) => (TTile.WeightFactor(f / N) * W) + TTile.WeightFactor(f % N);

    /// <summary>G g G^T for 3 x 3 weights, from bytes to factors in registers.</summary>
    /// <param name="taps">The weights.</param>
    /// <param name="at">Where to read them.</param>
    /// <param name="scale">What they are multiplied by.</param>
    /// <param name="to">Receives n * n vectors, n being <see cref="IWinograd.WeightFactors"/>.</param>
    /// <param name="plane">Floats from one to the next.</param>
    [MethodImpl(Hot.Loop)]
    public static void Weights<TTaps>(TTaps taps, nint at, float scale, float* to, nint plane)
        where TTaps : struct, ITaps
    {
        WeightRow(taps, 0, at, scale, out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector a4, out TVector a5);
        WeightRow(taps, 3, at, scale, out TVector b0, out TVector b1, out TVector b2, out TVector b3, out TVector b4, out TVector b5);
        WeightRow(taps, 6, at, scale, out TVector c0, out TVector c1, out TVector c2, out TVector c3, out TVector c4, out TVector c5);
        WeightColumn(a0, b0, c0, to, plane);
        WeightColumn(a1, b1, c1, to + plane, plane);
        WeightColumn(a2, b2, c2, to + (2 * plane), plane);
        WeightColumn(a3, b3, c3, to + (3 * plane), plane);
        if (W <= 4) return;
        WeightColumn(a4, b4, c4, to + (4 * plane), plane);
        WeightColumn(a5, b5, c5, to + (5 * plane), plane);
    }

    /// <summary>A^T p A: m x m results.</summary>
    /// <param name="products">n * n vectors.</param>
    /// <param name="plane">Floats from one to the next.</param>
    /// <param name="to">Receives m * m vectors.</param>
    /// <param name="pixel">Floats from one to the next.</param>
    /// <param name="work">Working memory.</param>
    [MethodImpl(Hot.Loop)]
    public static void Result(float* products, nint plane, float* to, nint pixel, float* work)
    {
        for (int x = 0; x < N; x++)
            TTile.Result<TSimd, TVector, StridedLine<TSimd, TVector>>(new(products + (x * plane), N * plane), work + (x * TSimd.Lanes), N * TSimd.Lanes);
        for (int y = 0; y < M; y++)
            TTile.Result<TSimd, TVector, StridedLine<TSimd, TVector>>(new(work + (y * N * TSimd.Lanes), TSimd.Lanes), to + (y * M * pixel), pixel);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightRow<TTaps>(
        TTaps taps, int tap, nint at, float scale, out TVector u0, out TVector u1, out TVector u2, out TVector u3, out TVector u4, out TVector u5)
        where TTaps : struct, ITaps =>
        TTile.Weights<TSimd, TVector>(
            TSimd.Multiply(taps.Load<TSimd, TVector>(tap, at), scale), TSimd.Multiply(taps.Load<TSimd, TVector>(tap + 1, at), scale),
            TSimd.Multiply(taps.Load<TSimd, TVector>(tap + 2, at), scale), out u0, out u1, out u2, out u3, out u4, out u5);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightColumn(TVector a, TVector b, TVector c, float* to, nint plane)
    {
        TTile.Weights<TSimd, TVector>(a, b, c, out TVector u0, out TVector u1, out TVector u2, out TVector u3, out TVector u4, out TVector u5);
        TSimd.Store(to, u0);
        TSimd.Store(to + (W * plane), u1);
        TSimd.Store(to + (2 * W * plane), u2);
        TSimd.Store(to + (3 * W * plane), u3);
        if (W <= 4) return;
        TSimd.Store(to + (4 * W * plane), u4);
        TSimd.Store(to + (5 * W * plane), u5);
    }
}
