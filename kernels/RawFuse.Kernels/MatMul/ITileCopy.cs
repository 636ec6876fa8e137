using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Copies 4 neighbouring numbers of a matrix to shared memory; what lies outside of the matrix becomes zeros.</summary>
internal interface ITileCopy
{
    /// <param name="shared">Shared memory.</param>
    /// <param name="at">Where the 4 numbers go, a multiple of 4.</param>
    /// <param name="matrix">The matrix.</param>
    /// <param name="row">Their row.</param>
    /// <param name="column">The first one's column, a multiple of 4.</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    static abstract void Copy(ArrayView<float> shared, int at, ArrayView<float> matrix, int row, int column, int rows, int columns);
}

/// <summary>Past the registers, 16 bytes at once, for matrices whose columns are a multiple of 4: chunks are inside or outside as a whole.</summary>
internal readonly struct ChunkCopy : ITileCopy
{
    public static void Copy(ArrayView<float> shared, int at, ArrayView<float> matrix, int row, int column, int rows, int columns)
    {
        bool inside = row < rows && column < columns;
        AsyncCopy.Copy16(ref shared[at], ref matrix[inside ? (row * columns) + column : 0], inside ? 16 : 0);
    }
}

/// <summary>One by one, for all matrices.</summary>
internal readonly struct ElementCopy : ITileCopy
{
    public static void Copy(ArrayView<float> shared, int at, ArrayView<float> matrix, int row, int column, int rows, int columns)
    {
        int from = (row * columns) + column, count = row < rows ? columns - column : 0;
        shared[at] = count > 0 ? matrix[from] : 0;
        shared[at + 1] = count > 1 ? matrix[from + 1] : 0;
        shared[at + 2] = count > 2 ? matrix[from + 2] : 0;
        shared[at + 3] = count > 3 ? matrix[from + 3] : 0;
    }
}
