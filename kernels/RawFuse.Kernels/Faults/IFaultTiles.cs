namespace RawFuse.Kernels;

/// <summary>Tells a group of a GPU's threads what the cells under some of a tensor's weights do. A struct of numbers and views.</summary>
internal interface IFaultTiles
{
    /// <summary>
    /// Fills a tile. All threads of the group come here together; what they have written is there behind the next barrier, and another one must lie between the
    /// reading and the next tile.
    /// </summary>
    void Fill(FaultTile tile);
}
