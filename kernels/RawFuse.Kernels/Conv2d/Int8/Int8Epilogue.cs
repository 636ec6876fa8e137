namespace RawFuse.Kernels;

/// <summary>
/// What happens to the 32-bit sums of an integer convolution: v = sum * Factor[c] + Shift[c] + residual * ResidualFactor, in float32, each operation rounded; with <see
/// cref="Relu"/> v = max(v, 0). As floats v is stored as it is, as bytes rounded to the nearest integer, halves to even, and limited to the bytes' range. Where bytes are
/// wanted, factors and shifts are in steps of theirs.
/// </summary>
/// <param name="Factor">One factor per output channel: steps of weights and inputs, and a folded batch normalization.</param>
/// <param name="Shift">One summand per output channel.</param>
/// <param name="Residual">Bytes of the output's shape to add, or null.</param>
/// <param name="ResidualFactor">What they are multiplied by.</param>
/// <param name="Relu">Whether negative values become 0.</param>
public readonly record struct Int8Epilogue(Storage<float> Factor, Storage<float> Shift, ByteValues? Residual = null, float ResidualFactor = 0, bool Relu = false);
