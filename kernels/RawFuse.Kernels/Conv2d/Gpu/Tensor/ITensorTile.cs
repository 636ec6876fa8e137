namespace RawFuse.Kernels;

/// <summary>How the 8 warps of a group share a tile of a matrix product, each computing some rows of 32 columns: the fewer columns there are, the more rows.</summary>
internal interface ITensorTile
{
    /// <summary>Warps side by side.</summary>
    static abstract int WarpsAcross { get; }

    /// <summary>Rows of a warp, 32 or 64.</summary>
    static abstract int WarpRows { get; }
}

/// <summary>128 rows x 128 columns.</summary>
internal readonly struct SquareTensorTile : ITensorTile
{
    public static int WarpsAcross => 4;

    public static int WarpRows => 64;
}

/// <summary>256 rows x 64 columns.</summary>
internal readonly struct TallTensorTile : ITensorTile
{
    public static int WarpsAcross => 2;

    public static int WarpRows => 64;
}

/// <summary>256 rows x 32 columns: half a tile for twice as many groups, so that a thread does not load more of the left operand than it multiplies.</summary>
internal readonly struct NarrowTensorTile : ITensorTile
{
    public static int WarpsAcross => 1;

    public static int WarpRows => 32;
}
