namespace RawFuse.Kernels;

/// <summary>How a CPU device may compute convolutions. Rounding errors are root mean squares, measured against <see cref="Direct"/>.</summary>
public enum ConvolutionMode
{
    /// <summary>
    /// By Winograd's minimal filtering F(4x4, 3x3) or F(2x2, 3x3) where that is faster: up to 4 times fewer multiplications, rounding errors up to five times as large, 1e-6 of a
    /// result's typical size.
    /// </summary>
    Fast,

    /// <summary>By Winograd's F(2x2, 3x3) at most: up to 2.25 times fewer multiplications, rounding errors up to twice as large.</summary>
    Precise,

    /// <summary>By sums of products as the definition has them, in slices of at most 128 products.</summary>
    Direct,
}
