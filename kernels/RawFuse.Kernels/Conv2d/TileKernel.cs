using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// The inner loop of a matrix product whose right side is as wide as a register tile: c[i, :] (+)= sum over k of a[i, k] * b[k, :]. Tiles are at most 6 rows high
/// and as even as can be, 25 rows being five tiles of 5: a tile of a single row would wait for its operands more than it multiplies.
/// </summary>
internal static unsafe class TileKernel
{
    private const int Rows = 6;

    /// <summary>Multiplies all rows.</summary>
    /// <param name="rows">Rows of a and c.</param>
    /// <param name="a">[rows, depth].</param>
    /// <param name="aStride">Numbers from one row of a to the next.</param>
    /// <param name="depth">Products in a sum.</param>
    /// <param name="b">[depth, width].</param>
    /// <param name="c">[rows, width] sums.</param>
    /// <param name="accumulate">Whether c is added to rather than set.</param>
    public static void Run<TRow>(int rows, float* a, int aStride, int depth, float* b, float* c, bool accumulate)
        where TRow : struct, IRow<TRow>
    {
        for (int tiles = (rows + Rows - 1) / Rows; tiles > 0; tiles--)
        {
            int height = (rows + tiles - 1) / tiles;
            switch (height)
            {
                case 6: Rows6<TRow>(a, aStride, depth, b, c, accumulate); break;
                case 5: Rows5<TRow>(a, aStride, depth, b, c, accumulate); break;
                case 4: Rows4<TRow>(a, aStride, depth, b, c, accumulate); break;
                case 3: Rows3<TRow>(a, aStride, depth, b, c, accumulate); break;
                case 2: Rows2<TRow>(a, aStride, depth, b, c, accumulate); break;
                default: Rows1<TRow>(a, depth, b, c, accumulate); break;
            }

            rows -= height;
            a += height * (long)aStride;
            c += height * TRow.Width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<TRow>(float* c, TRow sum, bool accumulate)
        where TRow : struct, IRow<TRow>
    {
        if (accumulate) sum = TRow.Add(TRow.Load(c), sum);
        sum.Store(c);
    }

    [MethodImpl(Hot.Loop)]
    private static void Rows6<TRow>(float* a0, int aStride, int depth, float* b, float* c, bool accumulate)
        where TRow : struct, IRow<TRow>
    {
        float* a1 = a0 + aStride, a2 = a1 + aStride, a3 = a2 + aStride, a4 = a3 + aStride, a5 = a4 + aStride;
        TRow c0 = TRow.Zero, c1 = TRow.Zero, c2 = TRow.Zero, c3 = TRow.Zero, c4 = TRow.Zero, c5 = TRow.Zero;
        for (int k = 0; k < depth; k++, b += TRow.Width)
        {
            TRow row = TRow.Load(b);
            c0 = TRow.MultiplyAdd(a0[k], row, c0);
            c1 = TRow.MultiplyAdd(a1[k], row, c1);
            c2 = TRow.MultiplyAdd(a2[k], row, c2);
            c3 = TRow.MultiplyAdd(a3[k], row, c3);
            c4 = TRow.MultiplyAdd(a4[k], row, c4);
            c5 = TRow.MultiplyAdd(a5[k], row, c5);
        }

        Put(c, c0, accumulate);
        Put(c + TRow.Width, c1, accumulate);
        Put(c + (2 * TRow.Width), c2, accumulate);
        Put(c + (3 * TRow.Width), c3, accumulate);
        Put(c + (4 * TRow.Width), c4, accumulate);
        Put(c + (5 * TRow.Width), c5, accumulate);
    }

    [MethodImpl(Hot.Loop)]
    private static void Rows5<TRow>(float* a0, int aStride, int depth, float* b, float* c, bool accumulate)
        where TRow : struct, IRow<TRow>
    {
        float* a1 = a0 + aStride, a2 = a1 + aStride, a3 = a2 + aStride, a4 = a3 + aStride;
        TRow c0 = TRow.Zero, c1 = TRow.Zero, c2 = TRow.Zero, c3 = TRow.Zero, c4 = TRow.Zero;
        for (int k = 0; k < depth; k++, b += TRow.Width)
        {
            TRow row = TRow.Load(b);
            c0 = TRow.MultiplyAdd(a0[k], row, c0);
            c1 = TRow.MultiplyAdd(a1[k], row, c1);
            c2 = TRow.MultiplyAdd(a2[k], row, c2);
            c3 = TRow.MultiplyAdd(a3[k], row, c3);
            c4 = TRow.MultiplyAdd(a4[k], row, c4);
        }

        Put(c, c0, accumulate);
        Put(c + TRow.Width, c1, accumulate);
        Put(c + (2 * TRow.Width), c2, accumulate);
        Put(c + (3 * TRow.Width), c3, accumulate);
        Put(c + (4 * TRow.Width), c4, accumulate);
    }

    [MethodImpl(Hot.Loop)]
    private static void Rows4<TRow>(float* a0, int aStride, int depth, float* b, float* c, bool accumulate)
        where TRow : struct, IRow<TRow>
    {
        float* a1 = a0 + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        TRow c0 = TRow.Zero, c1 = TRow.Zero, c2 = TRow.Zero, c3 = TRow.Zero;
        for (int k = 0; k < depth; k++, b += TRow.Width)
        {
            TRow row = TRow.Load(b);
            c0 = TRow.MultiplyAdd(a0[k], row, c0);
            c1 = TRow.MultiplyAdd(a1[k], row, c1);
            c2 = TRow.MultiplyAdd(a2[k], row, c2);
            c3 = TRow.MultiplyAdd(a3[k], row, c3);
        }

        Put(c, c0, accumulate);
        Put(c + TRow.Width, c1, accumulate);
        Put(c + (2 * TRow.Width), c2, accumulate);
        Put(c + (3 * TRow.Width), c3, accumulate);
    }

    [MethodImpl(Hot.Loop)]
    private static void Rows3<TRow>(float* a0, int aStride, int depth, float* b, float* c, bool accumulate)
        where TRow : struct, IRow<TRow>
    {
        float* a1 = a0 + aStride, a2 = a1 + aStride;
        TRow c0 = TRow.Zero, c1 = TRow.Zero, c2 = TRow.Zero;
        for (int k = 0; k < depth; k++, b += TRow.Width)
        {
            TRow row = TRow.Load(b);
            c0 = TRow.MultiplyAdd(a0[k], row, c0);
            c1 = TRow.MultiplyAdd(a1[k], row, c1);
            c2 = TRow.MultiplyAdd(a2[k], row, c2);
        }

        Put(c, c0, accumulate);
        Put(c + TRow.Width, c1, accumulate);
        Put(c + (2 * TRow.Width), c2, accumulate);
    }

    [MethodImpl(Hot.Loop)]
    private static void Rows2<TRow>(float* a0, int aStride, int depth, float* b, float* c, bool accumulate)
        where TRow : struct, IRow<TRow>
    {
        float* a1 = a0 + aStride;
        TRow c0 = TRow.Zero, c1 = TRow.Zero;
        for (int k = 0; k < depth; k++, b += TRow.Width)
        {
            TRow row = TRow.Load(b);
            c0 = TRow.MultiplyAdd(a0[k], row, c0);
            c1 = TRow.MultiplyAdd(a1[k], row, c1);
        }

        Put(c, c0, accumulate);
        Put(c + TRow.Width, c1, accumulate);
    }

    [MethodImpl(Hot.Loop)]
    private static void Rows1<TRow>(float* a, int depth, float* b, float* c, bool accumulate)
        where TRow : struct, IRow<TRow>
    {
        TRow sum = TRow.Zero;
        for (int k = 0; k < depth; k++, b += TRow.Width) sum = TRow.MultiplyAdd(a[k], TRow.Load(b), sum);
        Put(c, sum, accumulate);
    }
}
