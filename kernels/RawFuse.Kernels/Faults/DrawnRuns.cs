using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RawFuse.Kernels;

/// <summary>
/// <see cref="DrawnCells"/> for a run of bytes, several at once. The heads of all octets are drawn group by group; the octets that may be faulty by
/// their head, or are in a denser set, are moved together; and those are drawn.
/// </summary>
internal readonly unsafe struct DrawnRuns<TLanes>(DrawnCells cells) : IFaultRuns
    where TLanes : unmanaged, ILanes<TLanes>
{
    // A run that starts within a group takes one more; the last lanes may lie beyond its end.
    private const int Groups = (FaultList.RunBytes / FaultCells.GroupBytes) + 1;
    private const int Stride = (Groups + 15) * FaultCells.GroupBytes;

    private readonly DrawnMore<TLanes> more = new(cells);

    [SkipLocalsInit]
    public int Fill(long start, int count, FaultList list)
    {
        if (cells.Octets.HeadLimit == 0 && !cells.HasMore) return 0;
        ulong* table = stackalloc ulong[PhiloxTable.Words];
        var keys = new PhiloxTable(cells.Seed, table);
        long group = cells.GroupOf(start / FaultCells.GroupBytes);
        int entries = 0;

        // Positions from the start of the run; the first group may start before it. Behind the memory's last group comes its first.
        int origin = -(int)(start % FaultCells.GroupBytes);
        while (origin < count)
        {
            int groups = (int)Math.Min((count - origin + FaultCells.GroupBytes - 1) / FaultCells.GroupBytes, cells.Groups - group);
            entries = cells.HasMore ? FillWithMore(keys, group, groups, origin, count, list, entries) : Fill(keys, group, groups, origin, count, null, list, entries);
            origin += groups * FaultCells.GroupBytes;
            group = 0;
        }

        return entries;
    }

    [SkipLocalsInit]
    private int FillWithMore(PhiloxTable keys, long group, int groups, int origin, int count, FaultList list, int entries)
    {
        byte* also = stackalloc byte[Stride];
        more.Fill(keys, group, groups, (ulong*)also);
        return Fill(keys, group, groups, origin, count, also, list, entries);
    }

    /// <summary>Lists octets of consecutive groups.</summary>
    /// <param name="keys">Of the seed.</param>
    /// <param name="group">The first group.</param>
    /// <param name="groups">How many.</param>
    /// <param name="origin">Position of the first group's first octet.</param>
    /// <param name="count">Octets from there on, and before position 0, are left out.</param>
    /// <param name="also">Per octet the cells that are faulty whatever it says, or null.</param>
    /// <param name="list">Receives them.</param>
    /// <param name="entries">Entries that are there already.</param>
    [SkipLocalsInit]
    private int Fill(PhiloxTable keys, long group, int groups, int origin, int count, byte* also, FaultList list, int entries)
    {
        byte* memory = stackalloc byte[Stride + 63];
        byte* heads = (byte*)(((nuint)memory + 63) & ~(nuint)63);
        ulong* next = stackalloc ulong[TLanes.Count];
        for (int i = 0; i < TLanes.Count; i++) next[i] = (ulong)(group + i);
        TLanes first = TLanes.Load(next);
        for (int i = 0; i < groups; i += 2 * TLanes.Count)
        {
            TLanes one = first + TLanes.All((ulong)i), other = one + TLanes.All((ulong)TLanes.Count);
            Bits128<TLanes> block = cells.Octets.Heads(one, other, keys, out Bits128<TLanes> otherBlock);
            ulong* store = (ulong*)heads + (2 * i);
            TLanes.StorePairs(block.Low, block.High, store);
            TLanes.StorePairs(otherBlock.Low, otherBlock.High, store + (2 * TLanes.Count));
        }

        int end = Collect(heads, also, Math.Min(groups * FaultCells.GroupBytes, count - origin), origin, list, entries);

        // The lists hold heads and more cells until the octets are drawn.
        uint unfinished = 0;
        for (int i = entries; i < end; i += 2 * TLanes.Count)
        {
            TLanes start = TLanes.All((ulong)group), low = TLanes.All(15), back = TLanes.All((ulong)-origin);
            TLanes position = TLanes.LoadShorts(list.Position + i) + back, other = TLanes.LoadShorts(list.Position + i + TLanes.Count) + back;
            PhiloxWords<TLanes> words = Philox.Words(
                start + TLanes.ShiftDown(position, 4), cells.Octets.CounterOf(position & low), start + TLanes.ShiftDown(other, 4),
                cells.Octets.CounterOf(other & low), keys, out PhiloxWords<TLanes> otherWords);
            unfinished |= Finish(list, i, words, also != null) | Finish(list, i + TLanes.Count, otherWords, also != null);
        }

        if (unfinished != 0) Draw(keys, group, origin, heads, also, list, entries, end);
        return end;
    }

    /// <summary>Replaces heads, and cells that are faulty whatever they say, by what the cells do as far as the first three events tell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Finish(FaultList list, int i, PhiloxWords<TLanes> words, bool hasMore)
    {
        TLanes faulty = cells.Octets.FirstThree(TLanes.LoadBytes(list.Loss + i), words, out _, out uint unfinished);
        if (hasMore) faulty |= TLanes.LoadBytes(list.Toggle + i);
        TLanes.StoreBytes(cells.LossOf(faulty, words.Word3, out TLanes toggle), list.Loss + i);
        TLanes.StoreBytes(toggle, list.Toggle + i);
        list.Scratch[i / TLanes.Count] = (byte)unfinished;
        return unfinished;
    }

    /// <summary>Draws octets with more than three events anew. They are few, and waiting for them would hold up the others.</summary>
    [SkipLocalsInit]
    private void Draw(PhiloxTable keys, long group, int origin, byte* heads, byte* also, FaultList list, int from, int to)
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
        ulong* head = number + TLanes.Count, more = head + TLanes.Count;
        byte* results = stackalloc byte[2 * TLanes.Count];
        for (int i = 0; i < count; i += TLanes.Count)
        {
            int lanes = Math.Min(TLanes.Count, count - i);
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                int octet = list.Position[unfinished[i + Math.Min(lane, lanes - 1)]] - origin;
                number[lane] = (ulong)octet;
                head[lane] = heads[octet];
                more[lane] = also == null ? 0UL : also[octet];
            }

            TLanes octets = TLanes.Load(number);
            TLanes faulty = cells.Octets.At(
                TLanes.All((ulong)group) + TLanes.ShiftDown(octets, 4), octets & TLanes.All(15), TLanes.Load(head), keys, out TLanes directions);
            TLanes.StoreBytes(cells.LossOf(faulty | TLanes.Load(more), directions, out TLanes toggle), results);
            TLanes.StoreBytes(toggle, results + TLanes.Count);
            for (int lane = 0; lane < lanes; lane++)
            {
                list.Loss[unfinished[i + lane]] = results[lane];
                list.Toggle[unfinished[i + lane]] = results[TLanes.Count + lane];
            }
        }
    }

    /// <summary>Appends the octets that may be faulty, by their head or by what else there is: their positions, heads and other cells.</summary>
    private int Collect(byte* heads, byte* also, int octets, int origin, FaultList list, int entries)
    {
        Vector512<byte> limit = Vector512.Create((byte)cells.Octets.HeadLimit), numbers = Vector512<byte>.Indices;
        for (int i = 0; i < octets; i += Vector512<byte>.Count)
        {
            Vector512<byte> head = Vector512.Load(heads + i), extra = Vector512<byte>.Zero;
            Vector512<byte> isListed = Vector512.LessThan(head, limit);
            if (also != null)
            {
                extra = Vector512.Load(also + i);
                isListed |= Vector512.GreaterThan(extra, Vector512<byte>.Zero);
            }

            if (i + origin < 0) isListed &= Vector512.GreaterThanOrEqual(numbers, Vector512.Create((byte)-origin));
            if (octets - i < Vector512<byte>.Count) isListed &= Vector512.LessThan(numbers, Vector512.Create((byte)(octets - i)));
            ulong listed = isListed.ExtractMostSignificantBits();
            if (Avx512Vbmi2.IsSupported)
            {
                int count = BitOperations.PopCount(listed);
                Vector512<byte> positions = Avx512Vbmi2.Compress(Vector512<byte>.Zero, isListed, numbers);
                Append(positions, (ushort)(i + origin), count, list.Position + entries);
                Append(Avx512Vbmi2.Compress(Vector512<byte>.Zero, isListed, head), count, list.Loss + entries);
                if (also != null) Append(Avx512Vbmi2.Compress(Vector512<byte>.Zero, isListed, extra), count, list.Toggle + entries);
                entries += count;
                continue;
            }

            for (; listed != 0; listed &= listed - 1, entries++)
            {
                int octet = i + BitOperations.TrailingZeroCount(listed);
                list.Set(entries, octet + origin, heads[octet], also == null ? 0 : also[octet]);
            }
        }

        return entries;
    }

    /// <summary>Writes the first elements, and maybe others. Long stores that cross cache lines are slow, and there are rarely many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Append(Vector512<byte> values, int count, byte* destination)
    {
        if (count <= Vector128<byte>.Count) values.GetLower().GetLower().Store(destination);
        else values.Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Append(Vector512<byte> values, ushort addend, int count, ushort* destination)
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
