using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Numbers that tensor cores multiply, and how a lane takes its share of them from float32 tiles in shared memory: left ones row by row, right ones term by term. Lines
/// begin so many floats apart that the lanes of a warp find theirs in different banks, at multiples of 16 bytes.
/// </summary>
internal interface ITensorFormat
{
    /// <summary>Terms of a product: 8 or 16.</summary>
    static abstract int Terms { get; }

    /// <summary>Floats from one row of the left tile to the next.</summary>
    static abstract int LeftPitch { get; }

    /// <summary>Floats from one term of the right tile to the next.</summary>
    static abstract int RightPitch { get; }

    /// <summary>A lane's share of 16 rows of the left tile.</summary>
    /// <param name="tile">Shared memory.</param>
    /// <param name="at">The first row's first term.</param>
    /// <param name="lane">The lane.</param>
    static abstract Fragment4 Left(ArrayView<float> tile, int at, int lane);

    /// <summary>A lane's share of 8 columns of the right tile.</summary>
    /// <param name="tile">Shared memory.</param>
    /// <param name="at">The first term's first column.</param>
    /// <param name="lane">The lane.</param>
    static abstract Fragment2 Right(ArrayView<float> tile, int at, int lane);

    /// <summary>Adds a product of 16 rows and 8 columns to a warp's sums.</summary>
    static abstract Sums4 Multiply(Fragment4 left, Fragment2 right, Sums4 sums);
}
