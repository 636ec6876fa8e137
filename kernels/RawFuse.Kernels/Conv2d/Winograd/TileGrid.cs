namespace RawFuse.Kernels;

/// <summary>How images are cut into tiles of m x m pixels, numbered image by image in reading order.</summary>
internal readonly struct TileGrid(int height, int width, int size)
{
    private readonly int across = (width + size - 1) / size;

    /// <summary>Tiles of an image.</summary>
    public int PerImage { get; } = ((width + size - 1) / size) * ((height + size - 1) / size);

    /// <summary>Finds a tile's image and first pixel.</summary>
    public void Locate(int tile, out int image, out int top, out int left)
    {
        image = tile / PerImage;
        int within = tile % PerImage;
        top = within / across * size;
        left = within % across * size;
    }
}

/// <summary>Images in memory, [images, height, width, channels], and zeros for what lies beside them.</summary>
internal readonly unsafe struct TileSource(float* first, int height, int width, int channels, float* zeros)
{
    /// <summary>Finds the pixels of a square.</summary>
    /// <param name="image">Which image.</param>
    /// <param name="top">First row, may lie outside.</param>
    /// <param name="left">First column, may lie outside.</param>
    /// <param name="size">Height and width.</param>
    /// <param name="pixels">Receives size * size pointers.</param>
    public void Find(int image, int top, int left, int size, float** pixels)
    {
        float* start = first + ((long)image * height * width * channels);
        for (int y = top; y < top + size; y++)
        {
            float* row = start + ((long)y * width * channels);
            bool isRow = (uint)y < (uint)height;
            for (int x = left; x < left + size; x++) *pixels++ = isRow && (uint)x < (uint)width ? row + ((long)x * channels) : zeros;
        }
    }
}
