using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// The integer transforms in two dimensions, for one vector of channels, as <see cref="WinogradTile{TTile, TSimd, TVector}"/> is for floats: the one-dimensional transform of
/// every row, then of every column.
/// </summary>
internal static unsafe class IntegerWinogradTile<TTile, TSimd, TVector>
    where TTile : struct, IIntegerWinograd
    where TSimd : struct, IIntegerSimd<TVector>
    where TVector : struct
{
    private static int N => TTile.Inputs;

    private static int M => TTile.Outputs;

    private static int Bytes => TSimd.Lanes * sizeof(int);

    private static int Words => TSimd.Lanes * 2;

    /// <summary>B^T d B for a tile of n x n pixels.</summary>
    /// <param name="pixels">n * n pointers.</param>
    /// <param name="channel">First channel.</param>
    /// <param name="mask">Applied to the widened bytes.</param>
    /// <param name="to">Receives n * n vectors of words.</param>
    /// <param name="plane">Words from one to the next.</param>
    /// <param name="work">Working memory, n * n vectors.</param>
    [MethodImpl(Hot.Loop)]
    public static void Data(byte** pixels, int channel, int mask, short* to, nint plane, short* work)
    {
        TVector masks = TSimd.Broadcast(mask);
        for (int y = 0; y < N; y++)
            TTile.Data<TSimd, TVector, ByteLine<TSimd, TVector>>(new(pixels + (y * N), channel, masks), work + (y * Words), N * Words);
        for (int x = 0; x < N; x++)
            TTile.Data<TSimd, TVector, IntegerLine<TSimd, TVector>>(new(work + (x * N * Words), Bytes), to + (x * plane), N * plane);
    }

    /// <summary>G g G^T for 3 x 3 weights.</summary>
    /// <param name="weights">9 vectors of words.</param>
    /// <param name="tap">Words from one to the next.</param>
    /// <param name="to">Receives n * n vectors of words.</param>
    /// <param name="plane">Words from one to the next.</param>
    /// <param name="work">Working memory, n * n vectors.</param>
    [MethodImpl(Hot.Loop)]
    public static void Weights(short* weights, nint tap, short* to, nint plane, short* work)
    {
        for (int y = 0; y < 3; y++)
            TTile.Weights<TSimd, TVector, IntegerLine<TSimd, TVector>>(new(weights + (3 * y * tap), tap * sizeof(short)), work + (y * Words), 3 * Words);
        for (int x = 0; x < N; x++)
            TTile.Weights<TSimd, TVector, IntegerLine<TSimd, TVector>>(new(work + (x * 3 * Words), Bytes), to + (x * plane), N * plane);
    }

    /// <summary>A^T p A, divided by what it is too large: m x m results.</summary>
    /// <param name="products">n * n vectors.</param>
    /// <param name="plane">Integers from one to the next.</param>
    /// <param name="to">Receives m * m vectors, or has them added.</param>
    /// <param name="pixel">Integers from one to the next.</param>
    /// <param name="accumulate">Whether they are added.</param>
    /// <param name="work">Working memory, n * n vectors.</param>
    [MethodImpl(Hot.Loop)]
    public static void Result(int* products, nint plane, int* to, nint pixel, bool accumulate, int* work)
    {
        int* line = work + (M * N * TSimd.Lanes);
        for (int x = 0; x < N; x++)
            TTile.Result<TSimd, TVector, IntegerLine<TSimd, TVector>>(new(products + (x * plane), N * plane * sizeof(int)), work + (x * TSimd.Lanes), N * TSimd.Lanes);
        for (int y = 0; y < M; y++)
        {
            TTile.Result<TSimd, TVector, IntegerLine<TSimd, TVector>>(new(work + (y * N * TSimd.Lanes), Bytes), line, TSimd.Lanes);
            for (int x = 0; x < M; x++, to += pixel)
            {
                TVector result = TSimd.Load(line + (x * TSimd.Lanes));
                if (TTile.Inverse != 1) result = TSimd.Multiply(result, TTile.Inverse);
                result = TSimd.ShiftRight(result, TTile.Shift);
                if (accumulate) result = TSimd.Add(TSimd.Load(to), result);
                TSimd.Store(to, result);
            }
        }
    }
}
