using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// <see cref="DrawnCells"/> for a GPU. A thread that drew the blocks of its own quads would wait for the one among its warp's whose quads have most events, and
/// redraw heads that quads nearby share. So a group's threads draw all heads of a tile, each those of 16 quads; list the quads whose block 0 is needed; share
/// the list; and share the quads that are unfinished after that in the same way.
/// </summary>
/// <remarks>
/// The floor: per 64 bytes one block for the heads and one for each of the 16 quads that are listed; at an error rate of 1% these are 28%, and the few with more than two events add
/// a seventh: 5.6 blocks, or 1.4 per 16 bytes. A block takes 20 products of 32 bits into 64 and as many mixings of three words. Where sets are drawn (at rates above 1/17, or with
/// rows and columns) another 8 or so come on top for every 16 bytes, and threads wait for the slowest of their warp.
/// </remarks>
internal readonly struct DrawnTiles(DrawnCells cells) : IFaultTiles
{
    /// <summary>Quads whose heads come in one block.</summary>
    private const int BlockQuads = 16;

    private const int GroupQuads = FaultCells.GroupQuads;

    private readonly DrawnCells cells = cells;

    public void Fill(FaultTile tile)
    {
        // An entry has a quad's number among those of its segment in bits 0 to 9, the segment in bits 10 to 15 and its head from bit 16 on.
        ArrayView<uint> listed = SharedMemory.Allocate<uint>(FaultTile.Quads), unfinished = SharedMemory.Allocate<uint>(FaultTile.Quads);
        ArrayView<int> counts = SharedMemory.Allocate<int>(2);
        var keys = new PhiloxKey(cells.Seed);
        if (Group.IdxX < 2) counts[Group.IdxX] = 0;
        SetOut(tile, keys);
        Group.Barrier();
        List(tile, keys, listed, counts);
        Group.Barrier();
        for (int i = Group.IdxX; i < counts[0]; i += Group.DimX)
        {
            uint entry = listed[i];
            PhiloxWords<ScalarLane> words = cells.Quads.Block(NumberOf(tile, entry), 0, keys);
            ScalarLane struck = cells.Quads.FirstThree(new ScalarLane(entry >> 16), words, out _, out uint hasMore);
            if (hasMore != 0) unfinished[Atomic.Add(ref counts[1], 1)] = entry;
            else Set(tile, entry, struck, words.Word3);
        }

        Group.Barrier();
        for (int i = Group.IdxX; i < counts[1]; i += Group.DimX)
        {
            uint entry = unfinished[i];
            ScalarLane struck = cells.Quads.AtMany(NumberOf(tile, entry), new ScalarLane(entry >> 16), keys, out ScalarLane directions);
            Set(tile, entry, struck, directions);
        }
    }

    /// <summary>Puts into the tile which cells are in sets, as their loss.</summary>
    private void SetOut(FaultTile tile, PhiloxKey keys)
    {
        // Groups of 4 quads, of which a segment has a part of the first and of the last.
        int groups = (tile.MostQuads + (2 * GroupQuads) - 2) / GroupQuads;
        for (int i = Group.IdxX; i < tile.Count * groups; i += Group.DimX)
        {
            int segment = i / groups, first = tile.FirstQuad(segment), end = tile.EndQuad(segment);
            int group = (first / GroupQuads) + i - (segment * groups);
            if (group * GroupQuads >= end) continue;
            ulong low = 0, high = 0;
            if (cells.HasSets)
            {
                Bits128<ScalarLane> inSets = cells.InSets(cells.GroupOf(group), keys);
                low = inSets.Low.Value;
                high = inSets.High.Value;
            }

            for (int k = 0; k < GroupQuads; k++)
            {
                int quad = (group * GroupQuads) + k;
                if (quad >= first && quad < end) tile.Set(segment, quad - first, (uint)((k < 2 ? low : high) >> (32 * (k & 1))), 0);
            }
        }
    }

    /// <summary>Lists the quads that have an event by their head, or may have one, and those with cells in sets.</summary>
    private void List(FaultTile tile, PhiloxKey keys, ArrayView<uint> listed, ArrayView<int> counts)
    {
        uint limit = (uint)cells.Quads.HeadLimit;
        int blocks = (tile.MostQuads + (2 * BlockQuads) - 2) / BlockQuads;
        for (int i = Group.IdxX; i < tile.Count * blocks; i += Group.DimX)
        {
            int segment = i / blocks, first = tile.FirstQuad(segment), end = tile.EndQuad(segment);
            int start = ((first / BlockQuads) + i - (segment * blocks)) * BlockQuads;
            if (start >= end) continue;
            ulong headsLow = 0, headsHigh = 0, block = 0;
            var drawn = new Bits128<ScalarLane>(default, default);
            for (int k = 0; k < BlockQuads / GroupQuads; k++)
            {
                // The memory's blocks need not begin where the tensor does, and behind its last group comes its first one.
                ulong group = (ulong)cells.GroupOf((start / GroupQuads) + k);
                if (k == 0 || group / 4 != block)
                {
                    block = group / 4;
                    drawn = cells.Quads.Heads(new ScalarLane(block), keys);
                }

                ulong heads = (uint)(((group & 2) == 0 ? drawn.Low.Value : drawn.High.Value) >> (32 * (int)(group & 1)));
                if (k < 2) headsLow |= heads << (32 * k);
                else headsHigh |= heads << (32 * (k - 2));
            }

            uint marked = 0;
            int count = 0;
            for (int k = 0; k < BlockQuads; k++)
            {
                int quad = start + k;
                if (quad < first || quad >= end) continue;
                if (HeadOf(headsLow, headsHigh, k) >= limit && tile.LossOf(segment, quad - first) == 0) continue;
                marked |= 1U << k;
                count++;
            }

            // One reservation for all of them: those of a warp wait for each other.
            int at = count == 0 ? 0 : Atomic.Add(ref counts[0], count);
            for (int k = 0; k < BlockQuads; k++)
            {
                if ((marked >> k & 1) == 0) continue;
                listed[at] = (uint)(start + k - first) | ((uint)segment << 10) | (HeadOf(headsLow, headsHigh, k) << 16);
                at++;
            }
        }
    }

    private static uint HeadOf(ulong low, ulong high, int quad) => (uint)((quad < 8 ? low : high) >> (8 * (quad & 7))) & 0xFF;

    /// <summary>A listed quad's number in the memory.</summary>
    private ScalarLane NumberOf(FaultTile tile, uint entry)
    {
        int quad = tile.FirstQuad(SegmentOf(entry)) + QuadOf(entry);
        return new ScalarLane(((ulong)cells.GroupOf(quad / GroupQuads) * GroupQuads) + (ulong)(quad % GroupQuads));
    }

    private void Set(FaultTile tile, uint entry, ScalarLane struck, ScalarLane directions)
    {
        uint inSets = tile.LossOf(SegmentOf(entry), QuadOf(entry));
        ScalarLane loss = cells.LossOf(struck | new ScalarLane(inSets), directions, out ScalarLane toggle);
        tile.Set(SegmentOf(entry), QuadOf(entry), (uint)loss.Value, (uint)toggle.Value);
    }

    private static int SegmentOf(uint entry) => (int)((entry >> 10) & 63);

    private static int QuadOf(uint entry) => (int)(entry & 1023);
}
