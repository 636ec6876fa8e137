using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// The inner loop of a weight gradient: c[i, :] += sum over n of rows[n][i] * g[n, :], a sum of outer products of which a tile of 4 rows
/// (input channels) by 1, 2 or 4 vectors (output channels) is kept in registers: numbers of channels
/// are mostly multiples of 4.
/// </summary>
internal static unsafe class OuterKernel
{
    /// <summary>Input channels of a tile.</summary>
    public const int Rows = 4;

    /// <summary>Adds to one tile, with rows found through pointers.</summary>
    /// <param name="rows">A pointer per pixel, to rows of at least offset + 4 readable numbers.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="offset">First input channel.</param>
    /// <param name="g">Output gradients of the first pixel.</param>
    /// <param name="stride">Numbers from one pixel's output gradients to the next's.</param>
    /// <param name="c">The sums.</param>
    /// <param name="cStride">Numbers from one row of sums to the next.</param>
    [MethodImpl(Hot.Loop)]
    public static void Run<TRow>(float** rows, int count, int offset, float* g, int stride, float* c, int cStride)
        where TRow : struct, IRow<TRow>
    {
        TRow c0 = TRow.Zero, c1 = TRow.Zero, c2 = TRow.Zero, c3 = TRow.Zero;
        for (int row = 0; row < count; row++, g += stride)
        {
            float* a = rows[row] + offset;
            TRow gradients = TRow.Load(g);
            c0 = TRow.MultiplyAdd(a[0], gradients, c0);
            c1 = TRow.MultiplyAdd(a[1], gradients, c1);
            c2 = TRow.MultiplyAdd(a[2], gradients, c2);
            c3 = TRow.MultiplyAdd(a[3], gradients, c3);
        }

        TileKernel.Put(c, c0, true);
        TileKernel.Put(c + cStride, c1, true);
        TileKernel.Put(c + (2 * cStride), c2, true);
        TileKernel.Put(c + (3 * cStride), c3, true);
    }

    /// <summary>Adds to one tile, with rows that follow one another.</summary>
    /// <param name="a">First row, of at least 4 readable numbers.</param>
    /// <param name="aStride">Numbers from one row to the next.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="g">[count, width] of the right factor.</param>
    /// <param name="c">The sums.</param>
    /// <param name="cStride">Numbers from one row of sums to the next.</param>
    /// <param name="accumulate">Whether c is added to rather than set.</param>
    [MethodImpl(Hot.Loop)]
    public static void Run<TRow>(float* a, int aStride, int count, float* g, float* c, int cStride, bool accumulate)
        where TRow : struct, IRow<TRow>
    {
        TRow c0 = TRow.Zero, c1 = TRow.Zero, c2 = TRow.Zero, c3 = TRow.Zero;
        for (int row = 0; row < count; row++, a += aStride, g += TRow.Width)
        {
            TRow gradients = TRow.Load(g);
            c0 = TRow.MultiplyAdd(a[0], gradients, c0);
            c1 = TRow.MultiplyAdd(a[1], gradients, c1);
            c2 = TRow.MultiplyAdd(a[2], gradients, c2);
            c3 = TRow.MultiplyAdd(a[3], gradients, c3);
        }

        TileKernel.Put(c, c0, accumulate);
        TileKernel.Put(c + cStride, c1, accumulate);
        TileKernel.Put(c + (2 * cStride), c2, accumulate);
        TileKernel.Put(c + (3 * cStride), c3, accumulate);
    }
}
