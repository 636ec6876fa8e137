namespace RawFuse.Kernels;

/// <summary>Faulty cells read from a map in the host's memory.</summary>
internal readonly unsafe struct MappedRuns(CpuDevice device, in FaultCells cells) : IGroupRuns
{
    private readonly byte* keep = device.Pointer(cells.Keep!);
    private readonly byte* toggle = device.Pointer(cells.Toggle!);
    private readonly long firstGroup = cells.FirstGroup;
    private readonly long groups = cells.Groups;
    private readonly int repeat = cells.Repeat;

    public void Fill(long index, int count, FaultBuffer buffer)
    {
        const int Bytes = FaultCells.GroupBytes;
        for (int i = 0; i < count; i++)
        {
            long source = (firstGroup + ((index + i) / repeat)) % groups * Bytes;
            new Span<byte>(keep + source, Bytes).CopyTo(new Span<byte>(buffer.Keep + (i * Bytes), Bytes));
            new Span<byte>(toggle + source, Bytes).CopyTo(new Span<byte>(buffer.Toggle + (i * Bytes), Bytes));
        }
    }
}
