namespace RawFuse.Kernels;

/// <summary>A GPU kernel over faulty cells, whose groups of threads share <see cref="FaultTile"/>s.</summary>
internal interface IGpuFaultUse
{
    /// <summary>The kernel for cells of one kind, and its argument.</summary>
    void Launch<TTiles>(GpuDevice device, TTiles tiles)
        where TTiles : struct, IFaultTiles;
}

/// <summary>Picks the source of the cells for a GPU kernel.</summary>
internal static class GpuFaults
{
    public static void Launch<TUse>(GpuDevice device, in FaultCells cells, TUse use)
        where TUse : struct, IGpuFaultUse
    {
        if (cells.HasWords) use.Launch(device, new WordTiles(device, cells));
        else if (cells.Keep is not null) use.Launch(device, new MappedTiles(device, cells));
        else use.Launch(device, new DrawnTiles(new DrawnCells(cells)));
    }

    /// <summary>Cells of a weight in a tile: words that are read from the rows of a map come as bytes.</summary>
    public static int TileBits(in FaultCells cells) => cells.HasWords ? 8 : cells.Bits;
}
