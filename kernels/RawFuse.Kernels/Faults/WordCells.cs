using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Weights that do not cross the rows of a map in a GPU's memory.</summary>
internal readonly struct WordCells(GpuDevice device, in FaultCells cells) : IGroupSource
{
    private readonly ArrayView<byte> keep = device.View(cells.Keep!);
    private readonly ArrayView<byte> toggle = device.View(cells.Toggle!);
    private readonly long firstRow = cells.FirstGroup;
    private readonly long rows = cells.Groups;
    private readonly int rowBits = 8 * cells.RowBytes;
    private readonly int words = cells.RowWeights;
    private readonly int repeat = cells.Repeat;
    private readonly int bits = cells.Bits;
    private readonly ulong exposed = ExposedBytes.Of(cells);

    public GroupFaults<ScalarLane> At(long index)
    {
        ulong keepLow = 0, keepHigh = 0, toggleLow = 0, toggleHigh = 0;
        for (int i = 0; i < 8; i++)
        {
            long low = BitOf((index * FaultCells.GroupBytes) + i), high = BitOf((index * FaultCells.GroupBytes) + i + 8);
            keepLow |= Field(keep, low) << (8 * i);
            keepHigh |= Field(keep, high) << (8 * i);
            toggleLow |= Field(toggle, low) << (8 * i);
            toggleHigh |= Field(toggle, high) << (8 * i);
        }

        return ExposedBytes.Only(exposed, keepLow, keepHigh, toggleLow, toggleHigh);
    }

    private static ulong Field(ArrayView<byte> map, long bit)
    {
        long at = bit >> 3;

        // The last cells of a map have no byte behind them, and a weight there does not need one.
        long next = at + 1 < map.Length ? at + 1 : at;
        return (ulong)(((map[at] | (map[next] << 8)) >> (int)(bit & 7)) & 0xFF);
    }

    private long BitOf(long weight) => ((firstRow + (weight / words / repeat)) % rows * rowBits) + (weight % words * bits);
}
