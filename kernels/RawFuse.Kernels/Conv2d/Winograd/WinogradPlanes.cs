namespace RawFuse.Kernels;

/// <summary>How the matrices of Winograd's products lie in working memory: one plane per product of a tile.</summary>
internal static class WinogradPlanes
{
    /// <summary>
    /// The distance of planes of so many floats, which are read and written side by side: an odd number of cache lines, since at the distance of a power of two
    /// all of them would compete for the same few places of a cache.
    /// </summary>
    public static int Spread(int floats) => (((floats + 15) / 16) | 1) * 16;

    /// <summary>The distance of rows of so many floats: whole vectors, and a cache line more for the same reason.</summary>
    public static int RowStride(int floats, int lanes) => ((floats + lanes - 1) / lanes * lanes) + 16;
}
