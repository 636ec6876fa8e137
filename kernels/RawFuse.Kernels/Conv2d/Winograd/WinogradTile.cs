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

    /// <summary>G g G^T for 3 x 3 weights.</summary>
    /// <param name="weights">9 vectors.</param>
    /// <param name="tap">Floats from one to the next.</param>
    /// <param name="to">Receives n * n vectors, n being <see cref="IWinograd.WeightFactors"/>.</param>
    /// <param name="plane">Floats from one to the next.</param>
    /// <param name="work">Working memory.</param>
    [MethodImpl(Hot.Loop)]
    public static void Weights(float* weights, nint tap, float* to, nint plane, float* work)
    {
        for (int y = 0; y < 3; y++)
            TTile.Weights<TSimd, TVector, StridedLine<TSimd, TVector>>(new(weights + (3 * y * tap), tap), work + (y * TSimd.Lanes), 3 * TSimd.Lanes);
        for (int x = 0; x < W; x++)
            TTile.Weights<TSimd, TVector, StridedLine<TSimd, TVector>>(new(work + (x * 3 * TSimd.Lanes), TSimd.Lanes), to + (x * plane), W * plane);
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
}
