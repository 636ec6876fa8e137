using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>The transforms of the weight gradient in two dimensions; see <see cref="WinogradTile{TTile, TSimd, TVector}"/>.</summary>
internal static unsafe class WinogradGradientTile<TTile, TSimd, TVector>
    where TTile : struct, IWinogradGradient
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private static int N => TTile.Products;

    private static int M => TTile.Outputs;

    /// <summary>A dy A^T for a tile of m x m pixels.</summary>
    /// <param name="pixels">m * m pointers.</param>
    /// <param name="channel">First channel.</param>
    /// <param name="to">Receives n * n vectors.</param>
    /// <param name="plane">Floats from one to the next.</param>
    /// <param name="work">Working memory.</param>
    [MethodImpl(Hot.Loop)]
    public static void ResultGradient(float** pixels, int channel, float* to, nint plane, float* work)
    {
        for (int y = 0; y < M; y++)
            TTile.ResultGradient<TSimd, TVector, PointerLine<TSimd, TVector>>(new(pixels + (y * M), channel), work + (y * TSimd.Lanes), M * TSimd.Lanes);
        for (int x = 0; x < N; x++)
            TTile.ResultGradient<TSimd, TVector, StridedLine<TSimd, TVector>>(new(work + (x * M * TSimd.Lanes), TSimd.Lanes), to + (x * plane), N * plane);
    }

    /// <summary>G^T q G: the gradients of 3 x 3 weights.</summary>
    /// <param name="products">n * n vectors.</param>
    /// <param name="plane">Floats from one to the next.</param>
    /// <param name="to">Receives 9 vectors.</param>
    /// <param name="tap">Floats from one to the next.</param>
    /// <param name="work">Working memory.</param>
    [MethodImpl(Hot.Loop)]
    public static void WeightGradient(float* products, nint plane, float* to, nint tap, float* work)
    {
        for (int x = 0; x < N; x++)
            TTile.WeightGradient<TSimd, TVector, StridedLine<TSimd, TVector>>(new(products + (x * plane), N * plane), work + (x * TSimd.Lanes), N * TSimd.Lanes);
        for (int y = 0; y < 3; y++)
            TTile.WeightGradient<TSimd, TVector, StridedLine<TSimd, TVector>>(new(work + (y * N * TSimd.Lanes), TSimd.Lanes), to + (3 * y * tap), tap);
    }
}
