using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Weights that do not cross the rows of a map in a GPU's memory. A tile has 8 cells for each: those of the map, and others, which are not exposed.</summary>
internal readonly struct WordTiles(GpuDevice device, in FaultCells cells) : IFaultTiles
{
    private readonly ArrayView<byte> keep = device.View(cells.Keep!);
    private readonly ArrayView<byte> toggle = device.View(cells.Toggle!);

    // A map is a buffer, whose bytes 31 bits count, and so are the tensor's.
    private readonly uint firstRow = (uint)cells.FirstGroup;
    private readonly uint rows = (uint)cells.Groups;
    private readonly int rowBits = 8 * cells.RowBytes;
    private readonly uint words = (uint)cells.RowWeights;
    private readonly uint repeat = (uint)cells.Repeat;
    private readonly int bits = cells.Bits;

    public void Fill(FaultTile tile)
    {
        int quads = tile.MostQuads;
        for (int i = Group.IdxX; i < tile.Count * quads; i += Group.DimX)
        {
            int segment = i / quads, number = i - (segment * quads), quad = tile.FirstQuad(segment) + number;
            if (quad >= tile.EndQuad(segment)) continue;
            uint kept = 0, toggles = 0;
            for (int k = 0; k < FaultCells.QuadBytes; k++)
            {
                long bit = BitOf(((uint)quad * FaultCells.QuadBytes) + (uint)k);
                kept |= Field(keep, bit) << (8 * k);
                toggles |= Field(toggle, bit) << (8 * k);
            }

            tile.Set(segment, number, ~kept, toggles);
        }
    }

    private static uint Field(ArrayView<byte> map, long bit)
    {
        long at = bit >> 3;

        // The last cells of a map have no byte behind them, and a weight there does not need one.
        long next = at + 1 < map.Length ? at + 1 : at;
        return (uint)((map[at] | (map[next] << 8)) >> (int)(bit & 7)) & 0xFF;
    }

    private long BitOf(uint weight)
    {
        uint row = weight / words;
        return ((long)((firstRow + (row / repeat)) % rows) * rowBits) + ((weight - (row * words)) * bits);
    }
}
