namespace RawFuse.Kernels;

/// <summary>How a CPU device may compute convolutions.</summary>
public enum ConvolutionMode
{
    /// <summary>
    /// By Winograd's minimal filtering where that is faster. Rounding errors are up to five times those of <see cref="Direct"/> (root mean square; about those of a plain
    /// float32 loop): 1e-6 of a result's typical size.
    /// </summary>
    Fast,

    /// <summary>By sums of products as the definition has them, in slices of at most 128 products.</summary>
    Direct,
}
