using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RawFuse.Kernels;

/// <summary>
/// <see cref="DrawnCells"/> for a run of bytes, several at once: the heads of all quads are drawn, those quads whose block 0 is needed are moved
/// together, and their blocks are drawn. Two registers of blocks are drawn in step.
/// </summary>
internal readonly unsafe struct DrawnRuns<TLanes>(DrawnCells cells) : IFaultRuns
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int GroupQuads = FaultCells.GroupQuads;

    /// <summary>Quads whose heads come in one block.</summary>
    private const int BlockQuads = 16;

    // Heads of a run that starts within a block, and lanes beyond its end.
    private const int HeadStride = FaultList.RunQuads + (17 * BlockQuads);

    // Cells of a run that starts within a group, and lanes beyond its end.
    private const int SetStride = FaultList.RunQuads + (9 * GroupQuads);

    private readonly DrawnSets<TLanes> sets = new(cells);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Fill(long start, int count, FaultList list)
    {
        if (cells.Quads.HeadLimit == 0 && !cells.HasSets) return 0;
        ulong* table = stackalloc ulong[PhiloxTable.Words];
        var keys = new PhiloxTable(cells.Seed, table);
        long group = cells.GroupOf(start / FaultCells.GroupBytes);
        int entries = 0, within = (int)(start % FaultCells.GroupBytes) / FaultCells.QuadBytes;
        int end = (count + FaultCells.QuadBytes - 1) / FaultCells.QuadBytes;
        for (int quad = 0; quad < end;)
        {
            // Behind the memory's last group comes its first one.
            int quads = (int)Math.Min(end - quad, (Math.Min(cells.Groups - group, end) * GroupQuads) - within);
            var part = new Part(((ulong)group * GroupQuads) + (ulong)within, quads, quad);
            entries = cells.HasSets ? FillWithSets(part, keys, list, entries) : Fill(part, keys, null, list, entries);
            quad += quads;
            group = 0;
            within = 0;
        }

        return entries;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FillWithSets(Part part, PhiloxTable keys, FaultList list, int entries)
    {
        uint* inSets = stackalloc uint[SetStride];
        int within = (int)(part.First % GroupQuads);
        sets.Fill(keys, (long)(part.First / GroupQuads), (within + part.Quads + GroupQuads - 1) / GroupQuads, (ulong*)inSets);
        return Fill(part, keys, inSets + within, list, entries);
    }

    /// <summary>Lists the faulty quads of a part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="keys">Of the seed.</param>
    /// <param name="inSets">Per quad the cells that are in sets; or null.</param>
    /// <param name="list">Receives them.</param>
    /// <param name="entries">Entries that are there already.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Fill(Part part, PhiloxTable keys, uint* inSets, FaultList list, int entries)
    {
        byte* memory = stackalloc byte[HeadStride];
        byte* heads = DrawHeads(part, keys, memory);
        int end = inSets == null ? Collect(part, heads, list, entries) : Collect(part, heads, inSets, list, entries);
        uint unfinished = 0;
        for (int i = entries; i < end; i += 2 * TLanes.Count)
        {
            TLanes first = TLanes.All(part.First - (ulong)part.Start);
            TLanes quad = first + TLanes.LoadShorts(list.Quad + i), other = first + TLanes.LoadShorts(list.Quad + i + TLanes.Count);
            PhiloxWords<TLanes> words = cells.Quads.Blocks(quad, 0, other, 0, keys, out PhiloxWords<TLanes> otherWords);
            unfinished |= Finish(list, i, words, inSets != null) | Finish(list, i + TLanes.Count, otherWords, inSets != null);
        }

        if (unfinished != 0) FinishOthers(part, keys, inSets, list, entries, end);
        return end;
    }

    /// <summary>Draws the heads of a part's quads.</summary>
    /// <returns>Where in the memory the first one is.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private byte* DrawHeads(Part part, PhiloxTable keys, byte* memory)
    {
        int within = (int)(part.First % BlockQuads), blocks = (within + part.Quads + BlockQuads - 1) / BlockQuads;
        ulong* numbers = stackalloc ulong[TLanes.Count];
        for (int i = 0; i < TLanes.Count; i++) numbers[i] = (part.First / BlockQuads) + (ulong)i;
        TLanes first = TLanes.Load(numbers);
        for (int i = 0; i < blocks; i += 2 * TLanes.Count)
        {
            TLanes block = first + TLanes.All((ulong)i);
            ulong* destination = (ulong*)memory + (2 * i);
            Bits128<TLanes> heads;
            if (blocks - i > TLanes.Count)
            {
                heads = cells.Quads.Heads(block, block + TLanes.All((ulong)TLanes.Count), keys, out Bits128<TLanes> others);
                TLanes.StorePairs(others.Low, others.High, destination + (2 * TLanes.Count));
            }
            else
            {
                heads = cells.Quads.Heads(block, keys);
            }

            TLanes.StorePairs(heads.Low, heads.High, destination);
        }

        return memory + within;
    }

    /// <summary>Says what the cells of a register of listed quads do, as far as the first three events tell.</summary>
    /// <returns>A bit per lane: whether there may be more events.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Finish(FaultList list, int i, PhiloxWords<TLanes> words, bool hasSets)
    {
        TLanes faulty = cells.Quads.FirstThree(TLanes.LoadBytes(list.Head + i), words, out _, out uint unfinished);
        if (hasSets) faulty |= TLanes.LoadHalves(list.Loss + i);
        TLanes.StoreHalves(cells.LossOf(faulty, words.Word3, out TLanes toggle), list.Loss + i);
        TLanes.StoreHalves(toggle, list.Toggle + i);
        list.Unfinished[i / TLanes.Count] = (byte)unfinished;
        return unfinished;
    }

    /// <summary>Draws listed quads with more than two events anew. Waiting for them would hold up the others.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FinishOthers(Part part, PhiloxTable keys, uint* inSets, FaultList list, int from, int to)
    {
        ushort* entry = stackalloc ushort[FaultList.RunQuads];
        int count = 0;
        for (int i = from; i < to; i += TLanes.Count)
        {
            uint lanes = list.Unfinished[i / TLanes.Count];
            if (to - i < TLanes.Count) lanes &= (1U << (to - i)) - 1;
            for (; lanes != 0; lanes &= lanes - 1) entry[count++] = (ushort)(i + BitOperations.TrailingZeroCount(lanes));
        }

        ulong* quad = stackalloc ulong[3 * TLanes.Count];
        ulong* head = quad + TLanes.Count, inSet = head + TLanes.Count;
        uint* results = stackalloc uint[2 * TLanes.Count];
        for (int i = 0; i < count; i += TLanes.Count)
        {
            // The lanes beyond the last quad repeat it.
            int lanes = Math.Min(TLanes.Count, count - i);
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                int at = entry[i + Math.Min(lane, lanes - 1)], number = list.Quad[at] - part.Start;
                quad[lane] = part.First + (ulong)number;
                head[lane] = list.Head[at];
                inSet[lane] = inSets == null ? 0 : inSets[number];
            }

            TLanes struck = cells.Quads.AtMany(TLanes.Load(quad), TLanes.Load(head), keys, out TLanes directions);
            TLanes.StoreHalves(cells.LossOf(struck | TLanes.Load(inSet), directions, out TLanes toggle), results);
            TLanes.StoreHalves(toggle, results + TLanes.Count);
            for (int lane = 0; lane < lanes; lane++)
            {
                list.Loss[entry[i + lane]] = results[lane];
                list.Toggle[entry[i + lane]] = results[TLanes.Count + lane];
            }
        }
    }

    /// <summary>Lists the quads that have an event by their head, or may have one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Collect(Part part, byte* heads, FaultList list, int entries)
    {
        Vector512<byte> limit = Vector512.Create((byte)cells.Quads.HeadLimit);
        for (int i = 0; i < part.Quads; i += Vector512<byte>.Count)
        {
            Vector512<byte> head = Vector512.Load(heads + i);
            entries = part.Append(list, entries, i, Vector512.LessThan(head, limit), head);
        }

        return entries;
    }

    /// <summary>Lists also those with cells in sets, which go where their loss will be.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Collect(Part part, byte* heads, uint* inSets, FaultList list, int entries)
    {
        byte* hasSets = stackalloc byte[FaultList.RunQuads + Vector512<byte>.Count];
        for (int i = 0; i < part.Quads; i++) hasSets[i] = inSets[i] == 0 ? (byte)0 : byte.MaxValue;
        Vector512<byte> limit = Vector512.Create((byte)cells.Quads.HeadLimit);
        int end = entries;
        for (int i = 0; i < part.Quads; i += Vector512<byte>.Count)
        {
            Vector512<byte> head = Vector512.Load(heads + i);
            end = part.Append(list, end, i, Vector512.LessThan(head, limit) | Vector512.Load(hasSets + i), head);
        }

        for (int i = entries; i < end; i++) list.Loss[i] = inSets[list.Quad[i] - part.Start];
        return end;
    }

    /// <summary>Quads that follow each other.</summary>
    /// <param name="first">The first one's number in the memory.</param>
    /// <param name="quads">How many.</param>
    /// <param name="start">The first one's number in the run.</param>
    private readonly struct Part(ulong first, int quads, int start)
    {
        public ulong First => first;

        public int Quads => quads;

        public int Start => start;

        /// <summary>Lists those of 64 quads that are marked and not beyond the end of the part, with their heads.</summary>
        /// <param name="list">The list.</param>
        /// <param name="entries">Entries in it.</param>
        /// <param name="from">Number of the first quad in the part.</param>
        /// <param name="marked">All ones for each that is to be listed.</param>
        /// <param name="head">Its head.</param>
        /// <returns>Entries in the list now.</returns>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Append(FaultList list, int entries, int from, Vector512<byte> marked, Vector512<byte> head)
        {
            Vector512<byte> numbers = Vector512<byte>.Indices;
            if (quads - from < Vector512<byte>.Count) marked &= Vector512.LessThan(numbers, Vector512.Create((byte)(quads - from)));
            ulong bits = marked.ExtractMostSignificantBits();
            if (Avx512Vbmi2.IsSupported)
            {
                (Vector512<ushort> lower, Vector512<ushort> upper) = Vector512.Widen(Avx512Vbmi2.Compress(Vector512<byte>.Zero, marked, numbers));
                Vector512<byte> heads = Avx512Vbmi2.Compress(Vector512<byte>.Zero, marked, head);
                var addend = Vector512.Create((ushort)(start + from));
                int count = BitOperations.PopCount(bits);
                (lower + addend).Store(list.Quad + entries);
                heads.GetLower().Store(list.Head + entries);
                if (count > Vector512<ushort>.Count)
                {
                    (upper + addend).Store(list.Quad + entries + Vector512<ushort>.Count);
                    heads.GetUpper().Store(list.Head + entries + Vector256<byte>.Count);
                }

                return entries + count;
            }

            for (; bits != 0; bits &= bits - 1, entries++)
            {
                int i = BitOperations.TrailingZeroCount(bits);
                list.Quad[entries] = (ushort)(start + from + i);
                list.Head[entries] = head[i];
            }

            return entries;
        }
    }
}
