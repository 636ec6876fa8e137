namespace RawFuse.Kernels;

/// <summary>Cells of 8 weights at once, of which only exposed ones can be faulty.</summary>
internal static class ExposedBytes
{
    /// <summary>The exposed cells of a weight, 8 times.</summary>
    public static ulong Of(in FaultCells cells) => cells.Exposed * 0x0101010101010101UL;

    /// <summary>A group of 16 weights whose cells are sound unless exposed.</summary>
    public static GroupFaults<ScalarLane> Only(ulong exposed, ulong keepLow, ulong keepHigh, ulong toggleLow, ulong toggleHigh) => new(
        new Bits128<ScalarLane>(new ScalarLane(keepLow | ~exposed), new ScalarLane(keepHigh | ~exposed)),
        new Bits128<ScalarLane>(new ScalarLane(toggleLow & exposed), new ScalarLane(toggleHigh & exposed)));
}
