using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// The inner loop of a direct convolution's forward and input-gradient passes: a tile of 6 rows (pixels) by 1, 2 or 4 vectors
/// (channels), c[i, :] += sum over taps and k of rows[tap][i][k] * b[tap, k, :].
/// <para>
/// The tile's sums stay in registers: 6 x 4 vectors of 512 bits take 24 of 32 registers, 4 more hold a row of b and one
/// the broadcast input; with 256-bit vectors 6 x 2 take 12 of 16. Each k costs as many vector loads as the tile is wide
/// and 6 broadcasts, for 6 fused multiply-adds per vector. The rows are found through pointers, so the input needs no
/// padding and no rearrangement, whatever the stride: a row outside the image points at zeros.
/// </para>
/// </summary>
internal static unsafe class GatherKernel
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>Computes one tile. What was summed before waits in memory and is added last: a chain of sums is as long as a slice, and rounding errors with it.</summary>
    /// <param name="rows">For each tap 6 pointers to rows of at least offset + depth numbers.</param>
    /// <param name="taps">Number of taps.</param>
    /// <param name="depth">Input channels to sum over.</param>
    /// <param name="offset">First input channel.</param>
    /// <param name="b">[taps, depth, width] weights.</param>
    /// <param name="c">[6, width] sums.</param>
    /// <param name="accumulate">Whether c is added to rather than set.</param>
    [MethodImpl(Hot.Loop)]
    public static void Run<TRow>(float** rows, int taps, int depth, int offset, float* b, float* c, bool accumulate)
        where TRow : struct, IRow<TRow>
    {
        TRow c0 = TRow.Zero, c1 = TRow.Zero, c2 = TRow.Zero, c3 = TRow.Zero, c4 = TRow.Zero, c5 = TRow.Zero;
        for (int tap = 0; tap < taps; tap++, rows += Rows)
        {
            float* a0 = rows[0] + offset, a1 = rows[1] + offset, a2 = rows[2] + offset, a3 = rows[3] + offset, a4 = rows[4] + offset, a5 = rows[5] + offset;
            for (int k = 0; k < depth; k++, b += TRow.Width)
            {
                TRow weights = TRow.Load(b);
                c0 = TRow.MultiplyAdd(a0[k], weights, c0);
                c1 = TRow.MultiplyAdd(a1[k], weights, c1);
                c2 = TRow.MultiplyAdd(a2[k], weights, c2);
                c3 = TRow.MultiplyAdd(a3[k], weights, c3);
                c4 = TRow.MultiplyAdd(a4[k], weights, c4);
                c5 = TRow.MultiplyAdd(a5[k], weights, c5);
            }
        }

        TileKernel.Put(c, c0, accumulate);
        TileKernel.Put(c + TRow.Width, c1, accumulate);
        TileKernel.Put(c + (2 * TRow.Width), c2, accumulate);
        TileKernel.Put(c + (3 * TRow.Width), c3, accumulate);
        TileKernel.Put(c + (4 * TRow.Width), c4, accumulate);
        TileKernel.Put(c + (5 * TRow.Width), c5, accumulate);
    }
}
