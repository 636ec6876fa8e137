namespace RawFuse.Kernels;

/// <summary>
/// How the 256 threads of a group share a tile of a matrix product, each computing 8 x 8 of it: the fewer columns there are, the more rows.
/// </summary>
internal interface IGroupTile
{
    /// <summary>Threads side by side.</summary>
    static abstract int Across { get; }
}

/// <summary>128 rows x 128 columns.</summary>
internal readonly struct SquareTile : IGroupTile
{
    public static int Across => 16;
}

/// <summary>256 rows x 64 columns.</summary>
internal readonly struct TallTile : IGroupTile
{
    public static int Across => 8;
}

/// <summary>512 rows x 32 columns.</summary>
internal readonly struct NarrowTile : IGroupTile
{
    public static int Across => 4;
}
