namespace RawFuse;

/// <summary>
/// The two orders of a weight tensor: HWIO in memory, OIHW in PyTorch's files (and on the accelerator, where fault maps address it).
/// A linear layer on H x W x C images is a convolution whose kernel covers the image, so PyTorch's [out, C*H*W] is OIHW too; a transposed
/// convolution stores the weights of the convolution it transposes.
/// </summary>
public static class WeightLayout
{
    /// <summary>Reorders a tensor from OIHW to HWIO.</summary>
    /// <param name="source">The weights in OIHW order.</param>
    /// <param name="destination">Receives them in HWIO order.</param>
    /// <param name="hwio">Their shape in HWIO order.</param>
    public static void OihwToHwio<T>(ReadOnlySpan<T> source, Span<T> destination, Shape hwio)
    {
        int taps = hwio[0] * hwio[1], inChannels = hwio[2], outChannels = hwio[3];
        for (int o = 0, index = 0; o < outChannels; o++)
            for (int i = 0; i < inChannels; i++)
                for (int tap = 0; tap < taps; tap++, index++)
                    destination[(((tap * inChannels) + i) * outChannels) + o] = source[index];
    }

    /// <summary>Reorders a tensor from HWIO to OIHW.</summary>
    /// <param name="source">The weights in HWIO order.</param>
    /// <param name="destination">Receives them in OIHW order.</param>
    /// <param name="hwio">Their shape in HWIO order.</param>
    public static void HwioToOihw<T>(ReadOnlySpan<T> source, Span<T> destination, Shape hwio)
    {
        int taps = hwio[0] * hwio[1], inChannels = hwio[2], outChannels = hwio[3];
        for (int o = 0, index = 0; o < outChannels; o++)
            for (int i = 0; i < inChannels; i++)
                for (int tap = 0; tap < taps; tap++, index++)
                    destination[index] = source[(((tap * inChannels) + i) * outChannels) + o];
    }
}
