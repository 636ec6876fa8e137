using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// The inner loop of all integer convolutions, a product of matrices of words with 32-bit sums: c[i, :] (+)= sum over k of a[i, k] * b[k, :], two k at a time. The right side
/// is as wide as a register tile and holds pairs: [k / 2][lane][k mod 2]. Tiles are 6 rows high, what is left over takes tiles of 3 and 1.
/// </summary>
internal static unsafe class PairTileKernel
{
    private const int Rows = 6;
    private const int FewRows = 3;

    /// <summary>Multiplies all rows.</summary>
    /// <param name="rows">Rows of a and c.</param>
    /// <param name="a">[rows, 2 pairs].</param>
    /// <param name="aStride">Words from one row of a to the next.</param>
    /// <param name="pairs">Pairs of products in a sum.</param>
    /// <param name="b">[pairs, width, 2].</param>
    /// <param name="c">[rows, width] sums.</param>
    /// <param name="accumulate">Whether c is added to rather than set.</param>
    public static void Run<TRow>(int rows, short* a, int aStride, int pairs, short* b, int* c, bool accumulate)
        where TRow : struct, IPairRow<TRow>
    {
        for (; rows >= Rows; rows -= Rows, a += Rows * (long)aStride, c += Rows * TRow.Width) Rows6<TRow>(a, aStride, pairs, b, c, accumulate);
        for (; rows >= FewRows; rows -= FewRows, a += FewRows * (long)aStride, c += FewRows * TRow.Width) Rows3<TRow>(a, aStride, pairs, b, c, accumulate);
        for (; rows > 0; rows--, a += aStride, c += TRow.Width) Rows1<TRow>(a, pairs, b, c, accumulate);
    }

    [MethodImpl(Hot.Loop)]
    private static void Rows6<TRow>(short* a0, int aStride, int pairs, short* b, int* c, bool accumulate)
        where TRow : struct, IPairRow<TRow>
    {
        short* a1 = a0 + aStride, a2 = a1 + aStride, a3 = a2 + aStride, a4 = a3 + aStride, a5 = a4 + aStride;
        TRow c0 = TRow.Zero, c1 = TRow.Zero, c2 = TRow.Zero, c3 = TRow.Zero, c4 = TRow.Zero, c5 = TRow.Zero;
        for (int k = 0; k < 2 * pairs; k += 2, b += 2 * TRow.Width)
        {
            TRow row = TRow.Load((int*)b);
            c0 = TRow.MultiplyAdd(a0 + k, row, c0);
            c1 = TRow.MultiplyAdd(a1 + k, row, c1);
            c2 = TRow.MultiplyAdd(a2 + k, row, c2);
            c3 = TRow.MultiplyAdd(a3 + k, row, c3);
            c4 = TRow.MultiplyAdd(a4 + k, row, c4);
            c5 = TRow.MultiplyAdd(a5 + k, row, c5);
        }

        Put(c, c0, accumulate);
        Put(c + TRow.Width, c1, accumulate);
        Put(c + (2 * TRow.Width), c2, accumulate);
        Put(c + (3 * TRow.Width), c3, accumulate);
        Put(c + (4 * TRow.Width), c4, accumulate);
        Put(c + (5 * TRow.Width), c5, accumulate);
    }

    [MethodImpl(Hot.Loop)]
    private static void Rows3<TRow>(short* a0, int aStride, int pairs, short* b, int* c, bool accumulate)
        where TRow : struct, IPairRow<TRow>
    {
        short* a1 = a0 + aStride, a2 = a1 + aStride;
        TRow c0 = TRow.Zero, c1 = TRow.Zero, c2 = TRow.Zero;
        for (int k = 0; k < 2 * pairs; k += 2, b += 2 * TRow.Width)
        {
            TRow row = TRow.Load((int*)b);
            c0 = TRow.MultiplyAdd(a0 + k, row, c0);
            c1 = TRow.MultiplyAdd(a1 + k, row, c1);
            c2 = TRow.MultiplyAdd(a2 + k, row, c2);
        }

        Put(c, c0, accumulate);
        Put(c + TRow.Width, c1, accumulate);
        Put(c + (2 * TRow.Width), c2, accumulate);
    }

    [MethodImpl(Hot.Loop)]
    private static void Rows1<TRow>(short* a, int pairs, short* b, int* c, bool accumulate)
        where TRow : struct, IPairRow<TRow>
    {
        TRow sum = TRow.Zero;
        for (int k = 0; k < 2 * pairs; k += 2, b += 2 * TRow.Width) sum = TRow.MultiplyAdd(a + k, TRow.Load((int*)b), sum);
        Put(c, sum, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TRow>(int* c, TRow sum, bool accumulate)
        where TRow : struct, IPairRow<TRow>
    {
        if (accumulate) sum = TRow.Add(TRow.Load(c), sum);
        sum.Store(c);
    }
}
