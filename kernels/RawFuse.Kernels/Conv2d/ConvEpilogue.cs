namespace RawFuse.Kernels;

/// <summary>
/// What happens to a convolution's sums before they are stored: v = sum * Scale[c] + Shift[c] + Residual; with
/// <see cref="Relu"/> v = max(v, 0), and <see cref="ReluMask"/> records where v was positive; with <see cref="Gate"/> v = 0 where the gate is closed. Absent parts are skipped.
/// Scale and shift hold a folded batch normalization, shift alone a bias. A gradient that flows back through a sum and a ReLU is a residual and a gate.
/// </summary>
/// <param name="Scale">One factor per output channel.</param>
/// <param name="Shift">One summand per output channel.</param>
/// <param name="Residual">An array of the output's shape; may be the output itself, which is then added to.</param>
/// <param name="Relu">Whether negative values become 0.</param>
/// <param name="ReluMask">One bit per output, (channels + 7) / 8 bytes per pixel, channel c at bit c mod 8 of byte c / 8; written only with ReLU.</param>
/// <param name="Gate">A mask laid out as <paramref name="ReluMask"/>: outputs where it has a 0 become 0. Not together with <paramref name="Relu"/>.</param>
public readonly record struct ConvEpilogue(
    Storage<float>? Scale = null, Storage<float>? Shift = null, Storage<float>? Residual = null, bool Relu = false, Storage<byte>? ReluMask = null,
    Storage<byte>? Gate = null)
{
    /// <summary>Bytes of a ReLU mask over rows of a number of channels.</summary>
    public static int MaskLength(int rows, int channels) => checked(rows * ((channels + 7) / 8));
}
