using ILGPU;

namespace RawFuse.Kernels;

/// <summary>What becomes of a thread's sums.</summary>
internal interface IGemmStore<T>
    where T : unmanaged
{
    /// <summary>Stores 8 sums of a line, those that exist.</summary>
    static abstract void Store(GemmArgs a, int line, int column, SumRow<T> sums);
}

/// <summary>Pixels of images, through the epilogue. The number of columns is a multiple of 8.</summary>
internal readonly struct PixelStore : IGemmStore<float>
{
    public static void Store(GemmArgs a, int line, int column, SumRow<float> sums)
    {
        long pixel = column < a.Columns ? PixelOf(a, line) : -1;
        if (pixel >= 0) a.Epilogue.Store(a.Output, pixel, column, a.Columns, sums);
    }

    /// <summary>Number of a line's pixel in the result; -1 if there is no such line.</summary>
    public static long PixelOf(GemmArgs a, int line)
    {
        if (a.LineHeight < 1 || a.LineWidth < 1) return -1;
        int image = line / a.LineWidth / a.LineHeight;
        if (image >= a.SetImages) return -1;
        int y = (line / a.LineWidth % a.LineHeight * a.Phases) + a.PhaseY, x = (line % a.LineWidth * a.Phases) + a.PhaseX;
        return ((((a.First + image) * (long)a.ResultHeight) + y) * a.ResultWidth) + x;
    }
}

/// <summary>The same for any number of columns, a number at a time.</summary>
internal readonly struct PixelElementStore : IGemmStore<float>
{
    public static void Store(GemmArgs a, int line, int column, SumRow<float> sums)
    {
        long pixel = column < a.Columns ? PixelStore.PixelOf(a, line) : -1;
        if (pixel >= 0) a.Epilogue.StoreElements(a.Output, pixel, column, a.Columns, sums);
    }
}

/// <summary>A share of the weight gradient's sums, [share, line, column]. The number of columns is a multiple of 8.</summary>
internal readonly struct ShareStore : IGemmStore<float>
{
    public static void Store(GemmArgs a, int line, int column, SumRow<float> sums)
    {
        if (line >= a.Lines || column >= a.Columns) return;
        long at = (((((long)a.Set * a.Lines) + line) * a.Columns) + column) / 4;
        ArrayView<Chunk<float>> chunks = a.Output.Cast<Chunk<float>>();
        chunks[at] = sums.Low;
        chunks[at + 1] = sums.High;
    }
}

/// <summary>The same for any number of columns, a number at a time.</summary>
internal readonly struct ShareElementStore : IGemmStore<float>
{
    public static void Store(GemmArgs a, int line, int column, SumRow<float> sums)
    {
        if (line >= a.Lines) return;
        long row = (((long)a.Set * a.Lines) + line) * a.Columns;
        for (int i = 0; i < 8 && column + i < a.Columns; i++) a.Output[row + column + i] = sums.At(i);
    }
}
