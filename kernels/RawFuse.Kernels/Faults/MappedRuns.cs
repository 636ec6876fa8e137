using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>Faulty cells read from a map in the host's memory.</summary>
internal readonly unsafe struct MappedRuns(CpuDevice device, in FaultCells cells) : IFaultRuns
{
    private const int GroupQuads = FaultCells.GroupQuads;

    private readonly uint* keep = (uint*)device.Pointer(cells.Keep!);
    private readonly uint* toggle = (uint*)device.Pointer(cells.Toggle!);
    private readonly long firstGroup = cells.FirstGroup;
    private readonly long groups = cells.Groups;
    private readonly int repeat = cells.Repeat;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Fill(long start, int count, FaultList list)
    {
        int end = (count + FaultCells.QuadBytes - 1) / FaultCells.QuadBytes, entries = 0;
        long stretch = (long)repeat * GroupQuads, number = start / FaultCells.QuadBytes / stretch;
        long first = (number * stretch) - (start / FaultCells.QuadBytes);

        // The quads of a group are looked at once, and the faulty ones listed for each of the group's uses.
        for (; first < end; first += stretch, number++)
        {
            long at = (firstGroup + number) % groups * GroupQuads;
            int last = (int)Math.Min(first + stretch, end);
            for (int i = 0; i < GroupQuads; i++)
            {
                uint loss = ~keep[at + i], toggles = toggle[at + i];
                if ((loss | toggles) == 0) continue;
                long quad = first + i;
                if (quad < 0) quad += (-quad + GroupQuads - 1) / GroupQuads * GroupQuads;
                for (; quad < last; quad += GroupQuads) entries = list.Append(entries, (int)quad, loss, toggles);
            }
        }

        return entries;
    }
}
