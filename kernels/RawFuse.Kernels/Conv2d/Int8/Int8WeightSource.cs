namespace RawFuse.Kernels;

/// <summary>
/// A convolution's packed weights as integer kernels read them: rows of them, one per tap and input channel, are copied into panels of words, [row / 2][lane][row mod 2], their
/// faults applied on the way. Behind an odd number of rows follow zeros; lanes beyond the last channel hold whatever lies behind it.
/// </summary>
internal readonly unsafe struct Int8WeightSource(CpuDevice device, in ConvWeights weights, in Conv2dShape shape)
{
    private readonly sbyte* packed = device.Pointer(weights.Packed!);
    private readonly byte* faults = device.PointerOrNull(weights.Faults);
    private readonly int weightLength = shape.WeightLength;
    private readonly int outChannels = shape.OutChannels;

    /// <summary>Copies rows of one panel.</summary>
    /// <param name="set">Set of weights.</param>
    /// <param name="panels">How output channels are cut.</param>
    /// <param name="panel">Which panel.</param>
    /// <param name="row">First row: tap * input channels + channel.</param>
    /// <param name="rows">Rows, 1 or more.</param>
    /// <param name="target">Receives [(rows + 1) / 2, width of the panel, 2] words.</param>
    public void Pack<TSimd, TVector>(int set, in Panels panels, int panel, int row, int rows, short* target)
        where TSimd : struct, IIntegerSimd<TVector>
        where TVector : struct
    {
        int width = panels.WidthOf(panel);
        long first = ((long)row * outChannels) + panels.Start(panel);
        sbyte* bytes = packed + first;
        byte* flips = faults == null ? null : faults + first + ((long)set * weightLength);
        for (int r = 0; r < rows; r += 2, target += 2 * width)
        {
            bool isPair = r + 1 < rows;
            long at = (long)r * outChannels;
            for (int lane = 0; lane < width; lane += TSimd.Lanes, at += TSimd.Lanes)
            {
                long next = at + outChannels;
                TSimd.Store(
                    target + (2 * lane),
                    TSimd.Pair(bytes + at, isPair ? bytes + next : null, flips == null ? null : flips + at, flips == null || !isPair ? null : flips + next));
            }
        }
    }
}
