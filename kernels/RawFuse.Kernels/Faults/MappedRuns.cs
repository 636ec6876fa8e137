namespace RawFuse.Kernels;

/// <summary>Faulty cells read from a map in the host's memory.</summary>
internal readonly unsafe struct MappedRuns(byte* keep, byte* toggle, in FaultCells cells) : IGroupRuns
{
    private readonly ulong* keep = (ulong*)keep;
    private readonly ulong* toggle = (ulong*)toggle;
    private readonly long firstGroup = cells.FirstGroup;
    private readonly long groups = cells.Groups;
    private readonly int repeat = cells.Repeat;

    public void Fill(long index, int count, FaultBuffer buffer)
    {
        for (int i = 0; i < count; i++)
        {
            long word = (firstGroup + ((index + i) / repeat)) % groups * 2;
            buffer.Store(i, new GroupFaults<ScalarLane>(
                new Bits128<ScalarLane>(new ScalarLane(keep[word]), new ScalarLane(keep[word + 1])),
                new Bits128<ScalarLane>(new ScalarLane(toggle[word]), new ScalarLane(toggle[word + 1]))));
        }
    }
}
