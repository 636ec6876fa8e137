namespace RawFuse.Kernels;

/// <summary>
/// Which input rows a convolution's outputs are summed from. Output pixel (i, j) of the grid lies at
/// (i * OutStep + OutTop, j * OutStep + OutLeft) of the output image and reads, for each tap, source pixel
/// (i * SourceStep + TapY, j * SourceStep + TapX).
/// <para>
/// The forward pass is one grid. The input gradient with stride s falls into s*s grids, one per residue of the
/// pixel's coordinates modulo s: within one, every pixel uses the same taps, so no work is spent on zeros.
/// </para>
/// </summary>
internal unsafe struct GatherGrid
{
    public int Height;
    public int Width;
    public int OutHeight;
    public int OutWidth;
    public int OutStep;
    public int OutTop;
    public int OutLeft;
    public int SourceHeight;
    public int SourceWidth;
    public int SourceStep;

    /// <summary>Where the grid's taps begin among all taps.</summary>
    public int TapStart;

    public int TapCount;

    /// <summary>For each of the grid's taps the source offset down.</summary>
    public int* TapY;

    /// <summary>For each of the grid's taps the source offset right.</summary>
    public int* TapX;

    /// <summary>Finds the sources and the output positions of a run of rows (pixels in NHW order within the grid).</summary>
    /// <param name="firstImage">Image that row 0 belongs to.</param>
    /// <param name="row">First row.</param>
    /// <param name="count">Rows wanted.</param>
    /// <param name="limit">Number of rows there are; rows beyond point at zeros and have position -1.</param>
    /// <param name="source">The source array.</param>
    /// <param name="depth">Floats in a source pixel.</param>
    /// <param name="zeros">As many zeros.</param>
    /// <param name="group">Rows that stand together: pointers are stored as [row / group][tap][row mod group].</param>
    /// <param name="pointers">Receives count * TapCount pointers.</param>
    /// <param name="positions">Receives count output pixel numbers; null when not wanted.</param>
    public readonly void Find(int firstImage, int row, int count, int limit, float* source, int depth, float* zeros, int group, float** pointers, int* positions)
    {
        // How far a tap's source lies from its pixel's own.
        long* offsets = stackalloc long[TapCount];
        for (int tap = 0; tap < TapCount; tap++) offsets[tap] = (((long)TapY[tap] * SourceWidth) + TapX[tap]) * depth;

        // Most pixels have all their taps inside the image. The taps stand in rows: the first and the last one bound them.
        int last = Math.Max(0, TapCount - 1);
        int top = TapCount == 0 ? 0 : Math.Min(TapY[0], TapY[last]), bottom = TapCount == 0 ? 0 : Math.Max(TapY[0], TapY[last]);
        int left = TapCount == 0 ? 0 : Math.Min(TapX[0], TapX[last]), right = TapCount == 0 ? 0 : Math.Max(TapX[0], TapX[last]);

        int pixels = Height * Width;
        int image = firstImage + (row / pixels);
        int i = row % pixels / Width, j = row % Width;
        for (int r = 0; r < count; r++)
        {
            float** slot = pointers + ((long)(r / group) * group * TapCount) + (r % group);
            if (row + r >= limit)
            {
                for (int tap = 0; tap < TapCount; tap++) slot[tap * group] = zeros;
                if (positions != null) positions[r] = -1;
                continue;
            }

            int y = i * SourceStep, x = j * SourceStep;
            float* start = source + ((((long)image * SourceHeight * SourceWidth) + ((long)y * SourceWidth) + x) * depth);
            if (y + top >= 0 && y + bottom < SourceHeight && x + left >= 0 && x + right < SourceWidth)
            {
                for (int tap = 0; tap < TapCount; tap++) slot[tap * group] = start + offsets[tap];
            }
            else
            {
                for (int tap = 0; tap < TapCount; tap++)
                {
                    bool inside = (uint)(y + TapY[tap]) < (uint)SourceHeight && (uint)(x + TapX[tap]) < (uint)SourceWidth;
                    slot[tap * group] = inside ? start + offsets[tap] : zeros;
                }
            }

            if (positions != null) positions[r] = (((image * OutHeight) + (i * OutStep) + OutTop) * OutWidth) + (j * OutStep) + OutLeft;
            if (++j < Width) continue;
            j = 0;
            if (++i < Height) continue;
            i = 0;
            image++;
        }
    }
}
