using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// The inner loop of a convolution's weight gradient: a tile of 6 input channels by 1 to 4 vectors of output channels,
/// c[i, :] += sum over pixels of rows[pixel][i] * g[pixel, :], a sum of outer products kept in registers
/// (see <see cref="GatherKernel{TSimd, TVector}"/> for their number).
/// </summary>
internal static unsafe class OuterKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Input channels of a tile.</summary>
    public const int Rows = 6;

    /// <summary>Adds to one tile.</summary>
    /// <param name="vectors">Width of the tile in vectors, 1, 2 or 4.</param>
    /// <param name="rows">A pointer per pixel, to rows of at least offset + 6 readable numbers.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="offset">First input channel.</param>
    /// <param name="g">Output gradients of the first pixel.</param>
    /// <param name="stride">Numbers from one pixel's output gradients to the next's.</param>
    /// <param name="c">The sums.</param>
    /// <param name="cStride">Numbers from one row of sums to the next.</param>
    public static void Run(int vectors, float** rows, int count, int offset, float* g, int stride, float* c, int cStride)
    {
        Debug.Assert(vectors is 1 or 2 or 4);
        if (vectors == 4) Outer6x4(rows, count, offset, g, stride, c, cStride);
        else if (vectors == 2) Outer6x2(rows, count, offset, g, stride, c, cStride);
        else Outer6x1(rows, count, offset, g, stride, c, cStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Outer6x4(float** rows, int count, int offset, float* g, int stride, float* c, int cStride)
    {
        float* c0 = c;
        float* c1 = c + cStride;
        float* c2 = c + (2 * cStride);
        float* c3 = c + (3 * cStride);
        float* c4 = c + (4 * cStride);
        float* c5 = c + (5 * cStride);
        TVector s00 = TSimd.Load(c0); TVector s01 = TSimd.Load(c0 + (1 * TSimd.Lanes)); TVector s02 = TSimd.Load(c0 + (2 * TSimd.Lanes)); TVector s03 = TSimd.Load(c0 + (3 * TSimd.Lanes));
        TVector s10 = TSimd.Load(c1); TVector s11 = TSimd.Load(c1 + (1 * TSimd.Lanes)); TVector s12 = TSimd.Load(c1 + (2 * TSimd.Lanes)); TVector s13 = TSimd.Load(c1 + (3 * TSimd.Lanes));
        TVector s20 = TSimd.Load(c2); TVector s21 = TSimd.Load(c2 + (1 * TSimd.Lanes)); TVector s22 = TSimd.Load(c2 + (2 * TSimd.Lanes)); TVector s23 = TSimd.Load(c2 + (3 * TSimd.Lanes));
        TVector s30 = TSimd.Load(c3); TVector s31 = TSimd.Load(c3 + (1 * TSimd.Lanes)); TVector s32 = TSimd.Load(c3 + (2 * TSimd.Lanes)); TVector s33 = TSimd.Load(c3 + (3 * TSimd.Lanes));
        TVector s40 = TSimd.Load(c4); TVector s41 = TSimd.Load(c4 + (1 * TSimd.Lanes)); TVector s42 = TSimd.Load(c4 + (2 * TSimd.Lanes)); TVector s43 = TSimd.Load(c4 + (3 * TSimd.Lanes));
        TVector s50 = TSimd.Load(c5); TVector s51 = TSimd.Load(c5 + (1 * TSimd.Lanes)); TVector s52 = TSimd.Load(c5 + (2 * TSimd.Lanes)); TVector s53 = TSimd.Load(c5 + (3 * TSimd.Lanes));
        for (int row = 0; row < count; row++, g += stride)
        {
            float* a = rows[row] + offset;
            TVector g0 = TSimd.Load(g);
            TVector g1 = TSimd.Load(g + (1 * TSimd.Lanes));
            TVector g2 = TSimd.Load(g + (2 * TSimd.Lanes));
            TVector g3 = TSimd.Load(g + (3 * TSimd.Lanes));
            TVector x0 = TSimd.Broadcast(a[0]);
            s00 = TSimd.MultiplyAdd(x0, g0, s00);
            s01 = TSimd.MultiplyAdd(x0, g1, s01);
            s02 = TSimd.MultiplyAdd(x0, g2, s02);
            s03 = TSimd.MultiplyAdd(x0, g3, s03);
            TVector x1 = TSimd.Broadcast(a[1]);
            s10 = TSimd.MultiplyAdd(x1, g0, s10);
            s11 = TSimd.MultiplyAdd(x1, g1, s11);
            s12 = TSimd.MultiplyAdd(x1, g2, s12);
            s13 = TSimd.MultiplyAdd(x1, g3, s13);
            TVector x2 = TSimd.Broadcast(a[2]);
            s20 = TSimd.MultiplyAdd(x2, g0, s20);
            s21 = TSimd.MultiplyAdd(x2, g1, s21);
            s22 = TSimd.MultiplyAdd(x2, g2, s22);
            s23 = TSimd.MultiplyAdd(x2, g3, s23);
            TVector x3 = TSimd.Broadcast(a[3]);
            s30 = TSimd.MultiplyAdd(x3, g0, s30);
            s31 = TSimd.MultiplyAdd(x3, g1, s31);
            s32 = TSimd.MultiplyAdd(x3, g2, s32);
            s33 = TSimd.MultiplyAdd(x3, g3, s33);
            TVector x4 = TSimd.Broadcast(a[4]);
            s40 = TSimd.MultiplyAdd(x4, g0, s40);
            s41 = TSimd.MultiplyAdd(x4, g1, s41);
            s42 = TSimd.MultiplyAdd(x4, g2, s42);
            s43 = TSimd.MultiplyAdd(x4, g3, s43);
            TVector x5 = TSimd.Broadcast(a[5]);
            s50 = TSimd.MultiplyAdd(x5, g0, s50);
            s51 = TSimd.MultiplyAdd(x5, g1, s51);
            s52 = TSimd.MultiplyAdd(x5, g2, s52);
            s53 = TSimd.MultiplyAdd(x5, g3, s53);
        }

        TSimd.Store(c0, s00); TSimd.Store(c0 + (1 * TSimd.Lanes), s01); TSimd.Store(c0 + (2 * TSimd.Lanes), s02); TSimd.Store(c0 + (3 * TSimd.Lanes), s03);
        TSimd.Store(c1, s10); TSimd.Store(c1 + (1 * TSimd.Lanes), s11); TSimd.Store(c1 + (2 * TSimd.Lanes), s12); TSimd.Store(c1 + (3 * TSimd.Lanes), s13);
        TSimd.Store(c2, s20); TSimd.Store(c2 + (1 * TSimd.Lanes), s21); TSimd.Store(c2 + (2 * TSimd.Lanes), s22); TSimd.Store(c2 + (3 * TSimd.Lanes), s23);
        TSimd.Store(c3, s30); TSimd.Store(c3 + (1 * TSimd.Lanes), s31); TSimd.Store(c3 + (2 * TSimd.Lanes), s32); TSimd.Store(c3 + (3 * TSimd.Lanes), s33);
        TSimd.Store(c4, s40); TSimd.Store(c4 + (1 * TSimd.Lanes), s41); TSimd.Store(c4 + (2 * TSimd.Lanes), s42); TSimd.Store(c4 + (3 * TSimd.Lanes), s43);
        TSimd.Store(c5, s50); TSimd.Store(c5 + (1 * TSimd.Lanes), s51); TSimd.Store(c5 + (2 * TSimd.Lanes), s52); TSimd.Store(c5 + (3 * TSimd.Lanes), s53);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Outer6x2(float** rows, int count, int offset, float* g, int stride, float* c, int cStride)
    {
        float* c0 = c;
        float* c1 = c + cStride;
        float* c2 = c + (2 * cStride);
        float* c3 = c + (3 * cStride);
        float* c4 = c + (4 * cStride);
        float* c5 = c + (5 * cStride);
        TVector s00 = TSimd.Load(c0); TVector s01 = TSimd.Load(c0 + (1 * TSimd.Lanes));
        TVector s10 = TSimd.Load(c1); TVector s11 = TSimd.Load(c1 + (1 * TSimd.Lanes));
        TVector s20 = TSimd.Load(c2); TVector s21 = TSimd.Load(c2 + (1 * TSimd.Lanes));
        TVector s30 = TSimd.Load(c3); TVector s31 = TSimd.Load(c3 + (1 * TSimd.Lanes));
        TVector s40 = TSimd.Load(c4); TVector s41 = TSimd.Load(c4 + (1 * TSimd.Lanes));
        TVector s50 = TSimd.Load(c5); TVector s51 = TSimd.Load(c5 + (1 * TSimd.Lanes));
        for (int row = 0; row < count; row++, g += stride)
        {
            float* a = rows[row] + offset;
            TVector g0 = TSimd.Load(g);
            TVector g1 = TSimd.Load(g + (1 * TSimd.Lanes));
            TVector x0 = TSimd.Broadcast(a[0]);
            s00 = TSimd.MultiplyAdd(x0, g0, s00);
            s01 = TSimd.MultiplyAdd(x0, g1, s01);
            TVector x1 = TSimd.Broadcast(a[1]);
            s10 = TSimd.MultiplyAdd(x1, g0, s10);
            s11 = TSimd.MultiplyAdd(x1, g1, s11);
            TVector x2 = TSimd.Broadcast(a[2]);
            s20 = TSimd.MultiplyAdd(x2, g0, s20);
            s21 = TSimd.MultiplyAdd(x2, g1, s21);
            TVector x3 = TSimd.Broadcast(a[3]);
            s30 = TSimd.MultiplyAdd(x3, g0, s30);
            s31 = TSimd.MultiplyAdd(x3, g1, s31);
            TVector x4 = TSimd.Broadcast(a[4]);
            s40 = TSimd.MultiplyAdd(x4, g0, s40);
            s41 = TSimd.MultiplyAdd(x4, g1, s41);
            TVector x5 = TSimd.Broadcast(a[5]);
            s50 = TSimd.MultiplyAdd(x5, g0, s50);
            s51 = TSimd.MultiplyAdd(x5, g1, s51);
        }

        TSimd.Store(c0, s00); TSimd.Store(c0 + (1 * TSimd.Lanes), s01);
        TSimd.Store(c1, s10); TSimd.Store(c1 + (1 * TSimd.Lanes), s11);
        TSimd.Store(c2, s20); TSimd.Store(c2 + (1 * TSimd.Lanes), s21);
        TSimd.Store(c3, s30); TSimd.Store(c3 + (1 * TSimd.Lanes), s31);
        TSimd.Store(c4, s40); TSimd.Store(c4 + (1 * TSimd.Lanes), s41);
        TSimd.Store(c5, s50); TSimd.Store(c5 + (1 * TSimd.Lanes), s51);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Outer6x1(float** rows, int count, int offset, float* g, int stride, float* c, int cStride)
    {
        float* c0 = c;
        float* c1 = c + cStride;
        float* c2 = c + (2 * cStride);
        float* c3 = c + (3 * cStride);
        float* c4 = c + (4 * cStride);
        float* c5 = c + (5 * cStride);
        TVector s00 = TSimd.Load(c0);
        TVector s10 = TSimd.Load(c1);
        TVector s20 = TSimd.Load(c2);
        TVector s30 = TSimd.Load(c3);
        TVector s40 = TSimd.Load(c4);
        TVector s50 = TSimd.Load(c5);
        for (int row = 0; row < count; row++, g += stride)
        {
            float* a = rows[row] + offset;
            TVector g0 = TSimd.Load(g);
            TVector x0 = TSimd.Broadcast(a[0]);
            s00 = TSimd.MultiplyAdd(x0, g0, s00);
            TVector x1 = TSimd.Broadcast(a[1]);
            s10 = TSimd.MultiplyAdd(x1, g0, s10);
            TVector x2 = TSimd.Broadcast(a[2]);
            s20 = TSimd.MultiplyAdd(x2, g0, s20);
            TVector x3 = TSimd.Broadcast(a[3]);
            s30 = TSimd.MultiplyAdd(x3, g0, s30);
            TVector x4 = TSimd.Broadcast(a[4]);
            s40 = TSimd.MultiplyAdd(x4, g0, s40);
            TVector x5 = TSimd.Broadcast(a[5]);
            s50 = TSimd.MultiplyAdd(x5, g0, s50);
        }

        TSimd.Store(c0, s00);
        TSimd.Store(c1, s10);
        TSimd.Store(c2, s20);
        TSimd.Store(c3, s30);
        TSimd.Store(c4, s40);
        TSimd.Store(c5, s50);
    }
}
