using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>Faulty cells read from a map in the host's memory.</summary>
internal readonly unsafe struct MappedRuns(CpuDevice device, in FaultCells cells) : IFaultRuns
{
    private readonly byte* keep = device.Pointer(cells.Keep!);
    private readonly byte* toggle = device.Pointer(cells.Toggle!);
    private readonly long firstGroup = cells.FirstGroup;
    private readonly long groups = cells.Groups;
    private readonly int repeat = cells.Repeat;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Fill(long start, int count, FaultList list)
    {
        const int Bytes = FaultCells.GroupBytes;
        int stretch = Bytes * repeat, entries = 0;
        long before = start / stretch;
        int origin = (int)((before * stretch) - start);

        // A group's faulty bytes are found once, and listed for each of its uses that begins or ends within the run.
        for (; origin < count; origin += stretch, before++)
        {
            long group = (firstGroup + before) % groups * Bytes;
            Vector128<byte> kept = Vector128.Load(keep + group), toggled = Vector128.Load(toggle + group);
            uint faulty = ~Vector128.Equals(Vector128.AndNot(kept, toggled), Vector128<byte>.AllBitsSet).ExtractMostSignificantBits() & 0xFFFF;
            int first = origin < 0 ? -origin / Bytes * Bytes : 0, end = Math.Min(stretch, count - origin);
            for (; faulty != 0; faulty &= faulty - 1)
            {
                int octet = BitOperations.TrailingZeroCount(faulty), loss = ~keep[group + octet], toggles = toggle[group + octet];
                for (int i = first + octet; i < end; i += Bytes)
                {
                    // Bytes of a use that began before the run are written over by the next entry.
                    list.Set(entries, origin + i, loss, toggles);
                    entries += origin + i >= 0 ? 1 : 0;
                }
            }
        }

        return entries;
    }
}
