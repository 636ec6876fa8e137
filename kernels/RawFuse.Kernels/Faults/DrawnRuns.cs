using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RawFuse.Kernels;

/// <summary>
/// <see cref="DrawnCells"/> for a run of bytes, several at once: the heads of all octets are drawn, those octets whose block 0 is needed are moved
/// together, and their blocks are drawn. Two registers of blocks are drawn in step.
/// </summary>
internal readonly unsafe struct DrawnRuns<TLanes>(DrawnCells cells) : IFaultRuns
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int GroupBytes = FaultCells.GroupBytes;

    // A run that starts within a group takes one more; the last lanes may lie beyond its end.
    private const int Stride = FaultList.RunBytes + (16 * GroupBytes);

    private readonly DrawnSets<TLanes> sets = new(cells);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Fill(long start, int count, FaultList list)
    {
        if (cells.Octets.HeadLimit == 0 && !cells.HasSets) return 0;
        ulong* table = stackalloc ulong[PhiloxTable.Words];
        var keys = new PhiloxTable(cells.Seed, table);
        long group = cells.GroupOf(start / GroupBytes);
        int entries = 0;

        // The first group may start before the run. Behind the memory's last group comes its first one.
        int origin = -(int)(start % GroupBytes);
        while (origin < count)
        {
            int groups = (int)Math.Min((count - origin + GroupBytes - 1) / GroupBytes, cells.Groups - group);
            var part = new Part(group, groups, origin, count);
            entries = cells.HasSets ? FillWithSets(part, keys, list, entries) : Fill(part, keys, null, list, entries);
            origin += groups * GroupBytes;
            group = 0;
        }

        return entries;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FillWithSets(Part part, PhiloxTable keys, FaultList list, int entries)
    {
        byte* inSets = stackalloc byte[2 * Stride], directions = inSets + Stride;
        sets.Fill(keys, part.Group, part.Groups, (ulong*)inSets);
        if (cells.Flip == 0) DrawBytes(part, cells.DirectionCounter, keys, directions);
        return Fill(part, keys, inSets, list, entries);
    }

    /// <summary>Lists the faulty octets of groups.</summary>
    /// <param name="part">The groups.</param>
    /// <param name="keys">Of the seed.</param>
    /// <param name="inSets">Per octet the cells that are in sets, and behind them its directions if it has none of its own; or null.</param>
    /// <param name="list">Receives them.</param>
    /// <param name="entries">Entries that are there already.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Fill(Part part, PhiloxTable keys, byte* inSets, FaultList list, int entries)
    {
        byte* heads = stackalloc byte[Stride];
        DrawBytes(part, cells.HeadCounter, keys, heads);
        int end = CollectDrawn(part, heads, inSets, list, entries);

        // Until octets are drawn, the list holds their heads and the cells that are in sets.
        uint unfinished = 0;
        for (int i = entries; i < end; i += 2 * TLanes.Count)
        {
            TLanes first = TLanes.All((ulong)part.Group), low = TLanes.All(GroupBytes - 1), back = TLanes.All((ulong)-part.Origin);
            TLanes octet = TLanes.LoadShorts(list.Position + i) + back, other = TLanes.LoadShorts(list.Position + i + TLanes.Count) + back;
            PhiloxWords<TLanes> words = Philox.Words(
                first + TLanes.ShiftDown(octet, 4), cells.Octets.CounterOf(octet & low), first + TLanes.ShiftDown(other, 4),
                cells.Octets.CounterOf(other & low), keys, out PhiloxWords<TLanes> otherWords);
            unfinished |= Finish(list, i, words, inSets != null) | Finish(list, i + TLanes.Count, otherWords, inSets != null);
        }

        if (unfinished != 0) DrawUnfinished(part, keys, heads, inSets, list, entries, end);
        return inSets == null ? end : CollectOthers(part, heads, inSets, list, end);
    }

    /// <summary>Draws one block per group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DrawBytes(Part part, ulong counter, PhiloxTable keys, byte* bytes)
    {
        ulong* numbers = stackalloc ulong[TLanes.Count];
        for (int i = 0; i < TLanes.Count; i++) numbers[i] = (ulong)(part.Group + i);
        TLanes first = TLanes.Load(numbers), upper = TLanes.All(counter);
        for (int i = 0; i < part.Groups; i += 2 * TLanes.Count)
        {
            TLanes group = first + TLanes.All((ulong)i), other = group + TLanes.All((ulong)TLanes.Count);
            Bits128<TLanes> block = Philox.Words(group, upper, other, upper, keys, out PhiloxWords<TLanes> otherWords).Joined, otherBlock = otherWords.Joined;
            ulong* destination = (ulong*)bytes + (2 * i);
            TLanes.StorePairs(block.Low, block.High, destination);
            TLanes.StorePairs(otherBlock.Low, otherBlock.High, destination + (2 * TLanes.Count));
        }
    }

    /// <summary>Replaces heads and cells in sets by what the cells do, as far as the first three events tell.</summary>
    /// <returns>A bit per lane: whether there may be more events.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Finish(FaultList list, int i, PhiloxWords<TLanes> words, bool hasSets)
    {
        TLanes faulty = cells.Octets.FirstThree(TLanes.LoadBytes(list.Loss + i), words, out _, out uint unfinished);
        if (hasSets) faulty |= TLanes.LoadBytes(list.Toggle + i);
        TLanes.StoreBytes(cells.LossOf(faulty, words.Word3, out TLanes toggle), list.Loss + i);
        TLanes.StoreBytes(toggle, list.Toggle + i);
        list.Scratch[i / TLanes.Count] = (byte)unfinished;
        return unfinished;
    }

    /// <summary>Draws octets with more than two events anew. They are few, and waiting for them would hold up the others.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DrawUnfinished(Part part, PhiloxTable keys, byte* heads, byte* inSets, FaultList list, int from, int to)
    {
        ushort* unfinished = stackalloc ushort[FaultList.RunBytes];
        int count = 0;
        for (int i = from; i < to; i += TLanes.Count)
        {
            uint lanes = list.Scratch[i / TLanes.Count];
            if (to - i < TLanes.Count) lanes &= (1U << (to - i)) - 1;
            for (; lanes != 0; lanes &= lanes - 1) unfinished[count++] = (ushort)(i + BitOperations.TrailingZeroCount(lanes));
        }

        ulong* number = stackalloc ulong[3 * TLanes.Count];
        ulong* head = number + TLanes.Count, inSet = head + TLanes.Count;
        byte* results = stackalloc byte[2 * TLanes.Count];
        for (int i = 0; i < count; i += TLanes.Count)
        {
            // The lanes beyond the last octet repeat it.
            int lanes = Math.Min(TLanes.Count, count - i);
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                int octet = list.Position[unfinished[i + Math.Min(lane, lanes - 1)]] - part.Origin;
                number[lane] = (ulong)octet;
                head[lane] = heads[octet];
                inSet[lane] = inSets == null ? 0UL : inSets[octet];
            }

            TLanes octets = TLanes.Load(number);
            TLanes struck = cells.Octets.At(
                TLanes.All((ulong)part.Group) + TLanes.ShiftDown(octets, 4), octets & TLanes.All(GroupBytes - 1), TLanes.Load(head), keys,
                out TLanes directions);
            TLanes.StoreBytes(cells.LossOf(struck | TLanes.Load(inSet), directions, out TLanes toggle), results);
            TLanes.StoreBytes(toggle, results + TLanes.Count);
            for (int lane = 0; lane < lanes; lane++)
            {
                list.Loss[unfinished[i + lane]] = results[lane];
                list.Toggle[unfinished[i + lane]] = results[TLanes.Count + lane];
            }
        }
    }

    /// <summary>Appends the octets whose block 0 is needed, with heads and cells in sets for what they lose and toggle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int CollectDrawn(Part part, byte* heads, byte* inSets, FaultList list, int entries)
    {
        Vector512<byte> limit = Vector512.Create((byte)cells.Octets.HeadLimit);
        Vector512<byte> own = cells.Flip == 0 ? Vector512.Create((byte)DrawnOctets.Heads) : limit;
        for (int i = 0; i < part.Octets; i += Vector512<byte>.Count)
        {
            Vector512<byte> head = Vector512.Load(heads + i);
            if (inSets == null)
            {
                entries = part.Append(list, entries, i, Vector512.LessThan(head, limit), head);
                continue;
            }

            Vector512<byte> inSet = Vector512.Load(inSets + i);
            Vector512<byte> hasFaultsAndDirections = Vector512.GreaterThan(inSet, Vector512<byte>.Zero) & Vector512.LessThan(head, own);
            entries = part.Append(list, entries, i, Vector512.LessThan(head, limit) | hasFaultsAndDirections, head, inSet);
        }

        return entries;
    }

    /// <summary>Appends the octets with cells in sets whose block 0 is not needed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int CollectOthers(Part part, byte* heads, byte* inSets, FaultList list, int entries)
    {
        Vector512<byte> flip = Vector512.Create((byte)cells.Flip), own = Vector512.Create((byte)(cells.Flip == 0 ? DrawnOctets.Heads : cells.Octets.HeadLimit));
        for (int i = 0; i < part.Octets; i += Vector512<byte>.Count)
        {
            Vector512<byte> inSet = Vector512.Load(inSets + i), directions = Vector512.Load(inSets + Stride + i);
            Vector512<byte> isOther = Vector512.GreaterThan(inSet, Vector512<byte>.Zero) & Vector512.GreaterThanOrEqual(Vector512.Load(heads + i), own);
            entries = part.Append(list, entries, i, isOther, inSet & ~flip, inSet & (directions | flip));
        }

        return entries;
    }

    /// <summary>Consecutive groups.</summary>
    /// <param name="group">The first one's number.</param>
    /// <param name="groups">How many.</param>
    /// <param name="origin">Position of the first one's first octet in the run, which may be before its start.</param>
    /// <param name="count">Octets in the run.</param>
    private readonly struct Part(long group, int groups, int origin, int count)
    {
        public long Group => group;

        public int Groups => groups;

        public int Origin => origin;

        /// <summary>Octets that are not beyond the end of the run.</summary>
        public int Octets => Math.Min(groups * GroupBytes, count - origin);

        /// <summary>Lists those of 64 octets that are marked and not before the start of the run or beyond its end.</summary>
        /// <param name="list">The list.</param>
        /// <param name="entries">Entries in it.</param>
        /// <param name="first">Number of the first octet.</param>
        /// <param name="marked">All ones for each that is to be listed.</param>
        /// <param name="loss">What it loses.</param>
        /// <param name="toggle">What it toggles, if that is written.</param>
        /// <returns>Entries in the list now.</returns>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Append(FaultList list, int entries, int first, Vector512<byte> marked, Vector512<byte> loss, Vector512<byte>? toggle = null)
        {
            Vector512<byte> numbers = Vector512<byte>.Indices;
            if (first + origin < 0) marked &= Vector512.GreaterThanOrEqual(numbers, Vector512.Create((byte)-origin));
            if (Octets - first < Vector512<byte>.Count) marked &= Vector512.LessThan(numbers, Vector512.Create((byte)(Octets - first)));
            ulong bits = marked.ExtractMostSignificantBits();
            if (Avx512Vbmi2.IsSupported)
            {
                int count = BitOperations.PopCount(bits);
                Widen(Avx512Vbmi2.Compress(Vector512<byte>.Zero, marked, numbers), (ushort)(first + origin), count, list.Position + entries);
                Store(Avx512Vbmi2.Compress(Vector512<byte>.Zero, marked, loss), count, list.Loss + entries);
                if (toggle is not null) Store(Avx512Vbmi2.Compress(Vector512<byte>.Zero, marked, toggle.Value), count, list.Toggle + entries);
                return entries + count;
            }

            for (; bits != 0; bits &= bits - 1, entries++)
            {
                int i = BitOperations.TrailingZeroCount(bits);
                list.Set(entries, first + origin + i, loss[i], toggle is null ? 0 : toggle.Value[i]);
            }

            return entries;
        }

        /// <summary>Writes the first elements, and maybe others: long stores that cross cache lines are slow, and there are rarely many.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Store(Vector512<byte> values, int count, byte* destination)
        {
            if (count <= Vector128<byte>.Count) values.GetLower().GetLower().Store(destination);
            else values.Store(destination);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Widen(Vector512<byte> values, ushort addend, int count, ushort* destination)
        {
            if (count <= Vector256<ushort>.Count)
            {
                (Vector256.WidenLower(values.GetLower()) + Vector256.Create(addend)).Store(destination);
                return;
            }

            (Vector512<ushort> lower, Vector512<ushort> upper) = Vector512.Widen(values);
            (lower + Vector512.Create(addend)).Store(destination);
            (upper + Vector512.Create(addend)).Store(destination + Vector512<ushort>.Count);
        }
    }
}
