using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// What a GPU's thread knows of one of a convolution's passes as a matrix product. A launch computes a <em>batch</em> of products: one per set of weights, and for the input gradient
/// with stride s one per set and <em>phase</em>, the pixels (s i + p, s j + q), which meet the same taps; for the weight gradient one per share of the pixels summed over.
/// </summary>
internal struct GemmArgs
{
    public GpuConv Shape;

    /// <summary>What pixels are read from: input, or output gradient.</summary>
    public ArrayView<float> Source;

    /// <summary>The weight gradient's output gradient; else nothing.</summary>
    public ArrayView<float> Gradient;

    public GpuWeights Weights;

    /// <summary>Factors of the terms' channels in the input gradient, or empty.</summary>
    public ArrayView<float> TermScale;

    public GpuEpilogue Epilogue;

    public ArrayView<float> Output;

    /// <summary>For bytes only.</summary>
    public GpuInt8 Int8;

    /// <summary>Lines on the left of the largest product of the batch.</summary>
    public int Lines;

    /// <summary>Lines on the right.</summary>
    public int Columns;

    /// <summary>Products of the batch.</summary>
    public int Batches;

    /// <summary>Images of a set.</summary>
    public int SetImages;

    /// <summary>Phases in each direction; 1 but for the input gradient.</summary>
    public int Phases;

    /// <summary>Size of the result's images.</summary>
    public int ResultHeight;
    public int ResultWidth;

    /// <summary>Pixels in a share of the weight gradient's sums.</summary>
    public int ShareDepth;

    // What follows is set by the geometry of the product at work.

    /// <summary>Terms of the sums.</summary>
    public int Depth;

    /// <summary>First image of the product's set, or first pixel of its share.</summary>
    public int First;

    /// <summary>First of the faults of its set.</summary>
    public int Set;

    /// <summary>Pixels, in both directions, that the result has for this product.</summary>
    public int LineHeight;
    public int LineWidth;

    /// <summary>The product's pixel (y, x) is the result's (y * Phases + PhaseY, x * Phases + PhaseX).</summary>
    public int PhaseY;
    public int PhaseX;

    /// <summary>The first tap that its pixels meet; others follow at distances of Phases.</summary>
    public int FirstTapY;
    public int FirstTapX;

    /// <summary>Taps in a row.</summary>
    public int TapsAcross;

    /// <summary>Groups of a launch: one for every tile of every product.</summary>
    public readonly int Tiles(int rows, int columns) => Batches * TilesDown(rows) * TilesAcross(columns);

    public readonly int TilesDown(int rows) => (Lines + rows - 1) / rows;

    public readonly int TilesAcross(int columns) => (Columns + columns - 1) / columns;
}

/// <summary>Which tile a group computes.</summary>
internal struct GemmTile
{
    public int Batch;
    public int FirstRow;
    public int FirstColumn;

    /// <summary>The tile of a group, for tiles of so many rows and columns: neighbours share rows.</summary>
    public static GemmTile Of(GemmArgs args, int group, int rows, int columns)
    {
        int across = args.TilesAcross(columns), down = args.TilesDown(rows);
        GemmTile tile;
        tile.FirstColumn = group % across * columns;
        tile.FirstRow = group / across % down * rows;
        tile.Batch = group / across / down;
        return tile;
    }
}
