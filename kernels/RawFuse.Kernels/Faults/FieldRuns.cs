using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>Weights of 2 to 8 cells each, back to back over the groups of another source, of which only exposed cells can be faulty.</summary>
internal readonly unsafe struct FieldRuns<TRuns>(TRuns runs, in FaultCells cells) : IGroupRuns
    where TRuns : unmanaged, IGroupRuns
{
    private readonly TRuns runs = runs;
    private readonly int bits = cells.Bits;
    private readonly byte exposed = cells.Exposed;

    [SkipLocalsInit]
    public void Fill(long index, int count, FaultBuffer buffer)
    {
        ulong* memory = stackalloc ulong[FaultBuffer.Words];
        var groups = new FaultBuffer(memory);
        long first = index * FaultCells.GroupBytes * bits, end = first + (count * FaultCells.GroupBytes * bits);
        runs.Fill(first >> 7, (int)(((end + 127) >> 7) - (first >> 7)), groups);
        long bit = first & 127;
        for (int i = 0; i < count * FaultCells.GroupBytes; i++, bit += bits) buffer.Expose(i, exposed, groups.Keep, groups.Toggle, bit);
    }
}
