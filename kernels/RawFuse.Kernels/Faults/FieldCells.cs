namespace RawFuse.Kernels;

/// <summary>Weights of 2 to 8 cells each, back to back over the groups of another source, of which only exposed cells can be faulty.</summary>
internal readonly struct FieldCells<TSource>(TSource source, in FaultCells cells) : IGroupSource
    where TSource : struct, IGroupSource
{
    private readonly TSource source = source;
    private readonly int bits = cells.Bits;
    private readonly ulong exposed = ExposedBytes.Of(cells);

    public GroupFaults<ScalarLane> At(long index)
    {
        // 16 weights have at most 128 cells, which lie in one group or in two.
        long first = index * FaultCells.GroupBytes * bits;
        int offset = (int)(first & 127);
        GroupFaults<ScalarLane> group = source.At(first >> 7);
        GroupFaults<ScalarLane> next = offset + (FaultCells.GroupBytes * bits) > 128 ? source.At((first >> 7) + 1) : group;
        ulong keepLow = 0, keepHigh = 0, toggleLow = 0, toggleHigh = 0;
        for (int i = 0; i < 8; i++)
        {
            int low = offset + (i * bits), high = low + (8 * bits);
            keepLow |= Field(group.Keep, next.Keep, low) << (8 * i);
            keepHigh |= Field(group.Keep, next.Keep, high) << (8 * i);
            toggleLow |= Field(group.Toggle, next.Toggle, low) << (8 * i);
            toggleHigh |= Field(group.Toggle, next.Toggle, high) << (8 * i);
        }

        return ExposedBytes.Only(exposed, keepLow, keepHigh, toggleLow, toggleHigh);
    }

    /// <summary>8 of 256 bits; those beyond a weight's cells are hidden later.</summary>
    private static ulong Field(Bits128<ScalarLane> first, Bits128<ScalarLane> second, int bit)
    {
        int shift = bit & 63;
        ulong word = Word(first, second, bit >> 6) >> shift;
        if (shift > 56) word |= Word(first, second, (bit >> 6) + 1) << (64 - shift);
        return word & 0xFF;
    }

    private static ulong Word(Bits128<ScalarLane> first, Bits128<ScalarLane> second, int word)
    {
        if (word < 2) return word == 0 ? first.Low.Value : first.High.Value;
        return word == 2 ? second.Low.Value : second.High.Value;
    }
}
