using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// The inner loop of a convolution's forward and input-gradient passes: a tile of 6 rows (pixels) by 1 to 4 vectors
/// (channels), c[i, :] += sum over taps and k of rows[tap][i][k] * b[tap, k, :].
/// <para>
/// The tile's sums stay in registers: 6 x 4 vectors of 512 bits take 24 of 32 registers, 4 more hold a row of b and one
/// the broadcast input; with 256-bit vectors 6 x 2 take 12 of 16. Each k costs as many vector loads as the tile is wide
/// and 6 broadcasts, for 6 fused multiply-adds per vector. The rows are found through pointers, so the input needs no
/// padding and no rearrangement, whatever the stride: a row outside the image points at zeros.
/// </para>
/// </summary>
internal static unsafe class GatherKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>Computes one tile.</summary>
    /// <param name="vectors">Width of the tile in vectors, 1, 2 or 4.</param>
    /// <param name="rows">For each tap 6 pointers to rows of at least offset + depth numbers.</param>
    /// <param name="taps">Number of taps.</param>
    /// <param name="depth">Input channels to sum over.</param>
    /// <param name="offset">First input channel.</param>
    /// <param name="b">[taps, depth, vectors] weights.</param>
    /// <param name="c">[6, vectors] sums.</param>
    /// <param name="accumulate">Whether c is added to rather than set.</param>
    public static void Run(int vectors, float** rows, int taps, int depth, int offset, float* b, float* c, bool accumulate)
    {
        Debug.Assert(vectors is 1 or 2 or 4);
        if (vectors == 4) Rows6x4(rows, taps, depth, offset, b, c, accumulate);
        else if (vectors == 2) Rows6x2(rows, taps, depth, offset, b, c, accumulate);
        else Rows6x1(rows, taps, depth, offset, b, c, accumulate);
    }

    /// <summary>What was summed before waits in memory and is added last: a chain of sums is as long as a slice, and rounding errors with it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, TVector sum, bool accumulate) => TSimd.Store(c, accumulate ? TSimd.Add(TSimd.Load(c), sum) : sum);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6x4(float** rows, int taps, int depth, int offset, float* b, float* c, bool accumulate)
    {
        TVector c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33, c40, c41, c42, c43, c50, c51, c52, c53;
        c00 = c01 = c02 = c03 = c10 = c11 = c12 = c13 = c20 = c21 = c22 = c23 = c30 = c31 = c32 = c33 = c40 = c41 = c42 = c43 = c50 = c51 = c52 = c53 = TSimd.Zero;

        for (int tap = 0; tap < taps; tap++, rows += 6)
        {
            float* a0 = rows[0] + offset;
            float* a1 = rows[1] + offset;
            float* a2 = rows[2] + offset;
            float* a3 = rows[3] + offset;
            float* a4 = rows[4] + offset;
            float* a5 = rows[5] + offset;
            for (int k = 0; k < depth; k++)
            {
                TVector b0 = TSimd.Load(b);
                TVector b1 = TSimd.Load(b + TSimd.Lanes);
                TVector b2 = TSimd.Load(b + (2 * TSimd.Lanes));
                TVector b3 = TSimd.Load(b + (3 * TSimd.Lanes));
                b += 4 * TSimd.Lanes;
                TVector x0 = TSimd.Broadcast(a0[k]);
                c00 = TSimd.MultiplyAdd(x0, b0, c00);
                c01 = TSimd.MultiplyAdd(x0, b1, c01);
                c02 = TSimd.MultiplyAdd(x0, b2, c02);
                c03 = TSimd.MultiplyAdd(x0, b3, c03);
                TVector x1 = TSimd.Broadcast(a1[k]);
                c10 = TSimd.MultiplyAdd(x1, b0, c10);
                c11 = TSimd.MultiplyAdd(x1, b1, c11);
                c12 = TSimd.MultiplyAdd(x1, b2, c12);
                c13 = TSimd.MultiplyAdd(x1, b3, c13);
                TVector x2 = TSimd.Broadcast(a2[k]);
                c20 = TSimd.MultiplyAdd(x2, b0, c20);
                c21 = TSimd.MultiplyAdd(x2, b1, c21);
                c22 = TSimd.MultiplyAdd(x2, b2, c22);
                c23 = TSimd.MultiplyAdd(x2, b3, c23);
                TVector x3 = TSimd.Broadcast(a3[k]);
                c30 = TSimd.MultiplyAdd(x3, b0, c30);
                c31 = TSimd.MultiplyAdd(x3, b1, c31);
                c32 = TSimd.MultiplyAdd(x3, b2, c32);
                c33 = TSimd.MultiplyAdd(x3, b3, c33);
                TVector x4 = TSimd.Broadcast(a4[k]);
                c40 = TSimd.MultiplyAdd(x4, b0, c40);
                c41 = TSimd.MultiplyAdd(x4, b1, c41);
                c42 = TSimd.MultiplyAdd(x4, b2, c42);
                c43 = TSimd.MultiplyAdd(x4, b3, c43);
                TVector x5 = TSimd.Broadcast(a5[k]);
                c50 = TSimd.MultiplyAdd(x5, b0, c50);
                c51 = TSimd.MultiplyAdd(x5, b1, c51);
                c52 = TSimd.MultiplyAdd(x5, b2, c52);
                c53 = TSimd.MultiplyAdd(x5, b3, c53);
            }
        }

        Put(c + (0 * TSimd.Lanes), c00, accumulate); Put(c + (1 * TSimd.Lanes), c01, accumulate); Put(c + (2 * TSimd.Lanes), c02, accumulate); Put(c + (3 * TSimd.Lanes), c03, accumulate);
        Put(c + (4 * TSimd.Lanes), c10, accumulate); Put(c + (5 * TSimd.Lanes), c11, accumulate); Put(c + (6 * TSimd.Lanes), c12, accumulate); Put(c + (7 * TSimd.Lanes), c13, accumulate);
        Put(c + (8 * TSimd.Lanes), c20, accumulate); Put(c + (9 * TSimd.Lanes), c21, accumulate); Put(c + (10 * TSimd.Lanes), c22, accumulate); Put(c + (11 * TSimd.Lanes), c23, accumulate);
        Put(c + (12 * TSimd.Lanes), c30, accumulate); Put(c + (13 * TSimd.Lanes), c31, accumulate); Put(c + (14 * TSimd.Lanes), c32, accumulate); Put(c + (15 * TSimd.Lanes), c33, accumulate);
        Put(c + (16 * TSimd.Lanes), c40, accumulate); Put(c + (17 * TSimd.Lanes), c41, accumulate); Put(c + (18 * TSimd.Lanes), c42, accumulate); Put(c + (19 * TSimd.Lanes), c43, accumulate);
        Put(c + (20 * TSimd.Lanes), c50, accumulate); Put(c + (21 * TSimd.Lanes), c51, accumulate); Put(c + (22 * TSimd.Lanes), c52, accumulate); Put(c + (23 * TSimd.Lanes), c53, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6x2(float** rows, int taps, int depth, int offset, float* b, float* c, bool accumulate)
    {
        TVector c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51;
        c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = TSimd.Zero;

        for (int tap = 0; tap < taps; tap++, rows += 6)
        {
            float* a0 = rows[0] + offset;
            float* a1 = rows[1] + offset;
            float* a2 = rows[2] + offset;
            float* a3 = rows[3] + offset;
            float* a4 = rows[4] + offset;
            float* a5 = rows[5] + offset;
            for (int k = 0; k < depth; k++)
            {
                TVector b0 = TSimd.Load(b);
                TVector b1 = TSimd.Load(b + TSimd.Lanes);
                b += 2 * TSimd.Lanes;
                TVector x0 = TSimd.Broadcast(a0[k]);
                c00 = TSimd.MultiplyAdd(x0, b0, c00);
                c01 = TSimd.MultiplyAdd(x0, b1, c01);
                TVector x1 = TSimd.Broadcast(a1[k]);
                c10 = TSimd.MultiplyAdd(x1, b0, c10);
                c11 = TSimd.MultiplyAdd(x1, b1, c11);
                TVector x2 = TSimd.Broadcast(a2[k]);
                c20 = TSimd.MultiplyAdd(x2, b0, c20);
                c21 = TSimd.MultiplyAdd(x2, b1, c21);
                TVector x3 = TSimd.Broadcast(a3[k]);
                c30 = TSimd.MultiplyAdd(x3, b0, c30);
                c31 = TSimd.MultiplyAdd(x3, b1, c31);
                TVector x4 = TSimd.Broadcast(a4[k]);
                c40 = TSimd.MultiplyAdd(x4, b0, c40);
                c41 = TSimd.MultiplyAdd(x4, b1, c41);
                TVector x5 = TSimd.Broadcast(a5[k]);
                c50 = TSimd.MultiplyAdd(x5, b0, c50);
                c51 = TSimd.MultiplyAdd(x5, b1, c51);
            }
        }

        Put(c + (0 * TSimd.Lanes), c00, accumulate); Put(c + (1 * TSimd.Lanes), c01, accumulate);
        Put(c + (2 * TSimd.Lanes), c10, accumulate); Put(c + (3 * TSimd.Lanes), c11, accumulate);
        Put(c + (4 * TSimd.Lanes), c20, accumulate); Put(c + (5 * TSimd.Lanes), c21, accumulate);
        Put(c + (6 * TSimd.Lanes), c30, accumulate); Put(c + (7 * TSimd.Lanes), c31, accumulate);
        Put(c + (8 * TSimd.Lanes), c40, accumulate); Put(c + (9 * TSimd.Lanes), c41, accumulate);
        Put(c + (10 * TSimd.Lanes), c50, accumulate); Put(c + (11 * TSimd.Lanes), c51, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6x1(float** rows, int taps, int depth, int offset, float* b, float* c, bool accumulate)
    {
        TVector c00, c10, c20, c30, c40, c50;
        c00 = c10 = c20 = c30 = c40 = c50 = TSimd.Zero;

        for (int tap = 0; tap < taps; tap++, rows += 6)
        {
            float* a0 = rows[0] + offset;
            float* a1 = rows[1] + offset;
            float* a2 = rows[2] + offset;
            float* a3 = rows[3] + offset;
            float* a4 = rows[4] + offset;
            float* a5 = rows[5] + offset;
            for (int k = 0; k < depth; k++)
            {
                TVector b0 = TSimd.Load(b);
                b += TSimd.Lanes;
                TVector x0 = TSimd.Broadcast(a0[k]);
                c00 = TSimd.MultiplyAdd(x0, b0, c00);
                TVector x1 = TSimd.Broadcast(a1[k]);
                c10 = TSimd.MultiplyAdd(x1, b0, c10);
                TVector x2 = TSimd.Broadcast(a2[k]);
                c20 = TSimd.MultiplyAdd(x2, b0, c20);
                TVector x3 = TSimd.Broadcast(a3[k]);
                c30 = TSimd.MultiplyAdd(x3, b0, c30);
                TVector x4 = TSimd.Broadcast(a4[k]);
                c40 = TSimd.MultiplyAdd(x4, b0, c40);
                TVector x5 = TSimd.Broadcast(a5[k]);
                c50 = TSimd.MultiplyAdd(x5, b0, c50);
            }
        }

        Put(c + (0 * TSimd.Lanes), c00, accumulate);
        Put(c + (1 * TSimd.Lanes), c10, accumulate);
        Put(c + (2 * TSimd.Lanes), c20, accumulate);
        Put(c + (3 * TSimd.Lanes), c30, accumulate);
        Put(c + (4 * TSimd.Lanes), c40, accumulate);
        Put(c + (5 * TSimd.Lanes), c50, accumulate);
    }
}
