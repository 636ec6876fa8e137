using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>Weights that do not cross the rows of a map in the host's memory.</summary>
internal readonly unsafe struct WordRuns(CpuDevice device, in FaultCells cells) : IFaultRuns
{
    private readonly byte* keep = device.Pointer(cells.Keep!);
    private readonly byte* toggle = device.Pointer(cells.Toggle!);
    private readonly long firstRow = cells.FirstGroup;
    private readonly long rows = cells.Groups;
    private readonly long rowBits = 8L * cells.RowBytes;
    private readonly int words = cells.RowWeights;
    private readonly int repeat = cells.Repeat;
    private readonly int bits = cells.Bits;
    private readonly byte exposed = cells.Exposed;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Fill(long start, int count, FaultList list)
    {
        (long before, long word) = Math.DivRem(start, words);
        long bit = RowStart(before) + (word * bits);
        int entries = 0;
        for (int quad = 0; quad * FaultCells.QuadBytes < count; quad++)
        {
            uint loss = 0, toggles = 0;
            for (int i = 0; i < FaultCells.QuadBytes; i++)
            {
                // The last weight may touch the byte behind the map, which is there: see CpuDevice.Slack.
                loss |= (uint)(~FieldBits.At(keep, bit) & exposed) << (8 * i);
                toggles |= (uint)(FieldBits.At(toggle, bit) & exposed) << (8 * i);
                bit += bits;
                if (++word < words) continue;
                word = 0;
                bit = RowStart(++before);
            }

            entries = list.Append(entries, quad, loss, toggles);
        }

        return entries;
    }

    /// <summary>The first cell of a row's worth of weights.</summary>
    private long RowStart(long before) => (firstRow + (before / repeat)) % rows * rowBits;
}
