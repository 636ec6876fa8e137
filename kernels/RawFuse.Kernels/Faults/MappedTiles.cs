using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Faulty cells read from a map in a GPU's memory.</summary>
internal readonly struct MappedTiles(GpuDevice device, in FaultCells cells) : IFaultTiles
{
    private readonly ArrayView<uint> keep = device.View(cells.Keep!).Cast<uint>();
    private readonly ArrayView<uint> toggle = device.View(cells.Toggle!).Cast<uint>();

    // A map is a buffer, whose bytes 31 bits count, and so are the tensor's.
    private readonly uint firstGroup = (uint)cells.FirstGroup;
    private readonly uint groups = (uint)cells.Groups;
    private readonly uint repeat = (uint)cells.Repeat;

    public void Fill(FaultTile tile)
    {
        int quads = tile.MostQuads;
        for (int i = Group.IdxX; i < tile.Count * quads; i += Group.DimX)
        {
            int segment = i / quads, number = i - (segment * quads), quad = tile.FirstQuad(segment) + number;
            if (quad >= tile.EndQuad(segment)) continue;
            uint group = (firstGroup + ((uint)quad / FaultCells.GroupQuads / repeat)) % groups;
            int at = (int)((group * FaultCells.GroupQuads) + ((uint)quad % FaultCells.GroupQuads));
            tile.Set(segment, number, ~keep[at], toggle[at]);
        }
    }
}
