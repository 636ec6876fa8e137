namespace RawFuse.Kernels;

/// <summary>
/// How sums over the rows of a matrix are split: blocks of a fixed number of rows are summed on their own, then the blocks in
/// order. The split depends on the matrix alone, so the bits of the result do not depend on the number of threads.
/// </summary>
internal static class RowBlocks
{
    public const int Rows = 256;

    public static int Of(int rows) => (rows + Rows - 1) / Rows;
}
