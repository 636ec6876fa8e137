using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>Weights of 2 to 8 cells each, back to back over the bytes of another source, of which only exposed cells can be faulty.</summary>
internal readonly unsafe struct FieldRuns<TRuns>(TRuns runs, in FaultCells cells) : IFaultRuns
    where TRuns : unmanaged, IFaultRuns
{
    // A run of the other source begins in the quad of the first cell, and a field can end in the byte behind the last one.
    private const int Quads = FaultList.RunQuads + 2;

    private readonly TRuns runs = runs;
    private readonly int bits = cells.Bits;
    private readonly byte exposed = cells.Exposed;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Fill(long start, int count, FaultList list)
    {
        uint* loss = stackalloc uint[2 * Quads], toggle = loss + Quads;
        new Span<uint>(loss, 2 * Quads).Clear();
        long firstBit = start * bits, first = firstBit / 32 * FaultCells.QuadBytes;
        int bit = (int)(firstBit % 32), bytes = (bit + (count * bits) + 7) / 8;
        for (int done = 0; done < bytes; done += FaultList.RunBytes)
        {
            int listed = runs.Fill(first + done, Math.Min(bytes - done, FaultList.RunBytes), list);
            for (int i = 0; i < listed; i++)
            {
                int quad = (done / FaultCells.QuadBytes) + list.Quad[i];
                loss[quad] = list.Loss[i];
                toggle[quad] = list.Toggle[i];
            }
        }

        int entries = 0;
        for (int quad = 0; quad * FaultCells.QuadBytes < count; quad++)
        {
            uint losses = 0, toggles = 0;
            for (int i = 0; i < FaultCells.QuadBytes; i++, bit += bits)
            {
                losses |= (uint)(FieldBits.At((byte*)loss, bit) & exposed) << (8 * i);
                toggles |= (uint)(FieldBits.At((byte*)toggle, bit) & exposed) << (8 * i);
            }

            entries = list.Append(entries, quad, losses, toggles);
        }

        return entries;
    }
}
