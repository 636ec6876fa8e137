using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>Weights of 2 to 8 cells each, back to back over the bytes of another source, of which only exposed cells can be faulty.</summary>
internal readonly unsafe struct FieldRuns<TRuns>(TRuns runs, in FaultCells cells) : IFaultRuns
    where TRuns : unmanaged, IFaultRuns
{
    // A field may end in the byte behind the last one.
    private const int Bytes = FaultList.RunBytes + 8;

    private readonly TRuns runs = runs;
    private readonly int bits = cells.Bits;
    private readonly byte exposed = cells.Exposed;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Fill(long start, int count, FaultList list)
    {
        byte* map = stackalloc byte[2 * Bytes];
        byte* keep = map, toggle = map + Bytes;
        long first = start * bits, end = first + ((long)count * bits);
        int offset = (int)(first & 7), bytes = (int)(((end + 7) >> 3) - (first >> 3));
        new Span<byte>(keep, Bytes).Fill(byte.MaxValue);
        new Span<byte>(toggle, Bytes).Clear();

        // Fields that start within a byte can reach into one more byte than a run has.
        for (int done = 0; done < bytes; done += FaultList.RunBytes)
        {
            int entries = runs.Fill((first >> 3) + done, Math.Min(bytes - done, FaultList.RunBytes), list);
            for (int i = 0; i < entries; i++)
            {
                keep[done + list.Position[i]] = (byte)~list.Loss[i];
                toggle[done + list.Position[i]] = list.Toggle[i];
            }
        }

        int listed = 0;
        for (int i = 0, bit = offset; i < count; i++, bit += bits) listed = FaultFields.Append(list, listed, i, exposed, keep, toggle, bit);
        return listed;
    }
}
