using System.Numerics;
using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// The cells of consecutive groups that are in sets: those of single cells at higher rates, of rows and of columns. Every bit of a
/// <see cref="DrawnSet"/> decides half of the members left, and a group is done after 8 bits on average, but rarely are all groups of a register done
/// together. So all groups take their first bits unasked, and from then on those with undecided members are moved together before they take more.
/// </summary>
internal readonly unsafe struct DrawnSets<TLanes>(DrawnCells cells)
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Bits that every group takes: as many as most of them need.</summary>
    private const int FirstBits = 8;

    /// <summary>Bits that undecided groups take at a time after that.</summary>
    private const int NextBits = 2;

    /// <summary>Writes two 64-bit words per group, cells 0 to 63 first, and maybe those of some groups more.</summary>
    /// <param name="keys">Of the seed.</param>
    /// <param name="group">The first group.</param>
    /// <param name="count">How many, up to one more than a run has.</param>
    /// <param name="faulty">Receives them.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(PhiloxTable keys, long group, int count, ulong* faulty)
    {
        ulong* memory = stackalloc ulong[Work.Words];
        var work = new Work(memory);
        work.Start((ulong)group, count, cells.Single.All);
        Decide(cells.Single, keys, work, count);
        if (cells.HasLines)
        {
            work.TakeRows(cells, keys, group, count);
            work.RestartWithColumns(cells, group, count);
            Decide(cells.Columns, keys, work, count);
        }

        for (int i = 0; i < count; i += TLanes.Count)
            TLanes.StorePairs(TLanes.Load(work.FaultyLow + i), TLanes.Load(work.FaultyHigh + i), faulty + (2 * i));
    }

    /// <summary>Adds the members of all sets in the work to the faulty cells.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Decide(DrawnSet set, PhiloxTable keys, Work work, int count)
    {
        uint left = set.ThresholdBits;
        for (int done = 0, bits = FirstBits, undecided = count; undecided > 0 && left != 0; done += bits, left <<= bits, bits = NextBits)
        {
            bits = Math.Min(bits, 32 - BitOperations.TrailingZeroCount(left));
            for (int i = 0; i < undecided; i += TLanes.Count)
            {
                TLanes group = TLanes.Load(work.Group + i), none = TLanes.All(0);
                var less = new Bits128<TLanes>(none, none);
                var equal = new Bits128<TLanes>(TLanes.Load(work.EqualLow + i), TLanes.Load(work.EqualHigh + i));
                int bit = 0;
                for (; bit + 1 < bits; bit += 2) set.CompareTwo(group, (uint)(done + bit), left << bit, keys, ref less, ref equal);
                if (bit < bits) set.Compare(group, (uint)(done + bit), left << bit, keys, ref less, ref equal);
                TLanes.Store(less.Low, work.LessLow + i);
                TLanes.Store(less.High, work.LessHigh + i);
                TLanes.Store(equal.Low, work.EqualLow + i);
                TLanes.Store(equal.High, work.EqualHigh + i);
            }

            undecided = work.Regroup(undecided);
        }
    }

    /// <summary>
    /// Arrays of 64-bit words. The first two are in order: the faulty cells of the groups. The others hold the counters of the undecided groups, their
    /// positions in that order, and which cells' numbers the last bits showed to be less than the threshold or left equal to it.
    /// </summary>
    private readonly struct Work(ulong* memory)
    {
        public const int Words = 8 * Stride;

        // The last lanes may lie beyond the end: what they compute is not looked at.
        private const int Stride = (FaultList.RunBytes / FaultCells.GroupBytes) + 1 + 7;

        public ulong* FaultyLow => memory;

        public ulong* FaultyHigh => memory + Stride;

        public ulong* Group => memory + (2 * Stride);

        public ulong* Position => memory + (3 * Stride);

        public ulong* LessLow => memory + (4 * Stride);

        public ulong* LessHigh => memory + (5 * Stride);

        public ulong* EqualLow => memory + (6 * Stride);

        public ulong* EqualHigh => memory + (7 * Stride);

        /// <summary>Puts all groups in.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Start(ulong group, int count, ulong all)
        {
            for (int i = 0; i < count; i++)
            {
                Group[i] = group + (ulong)i;
                Position[i] = (ulong)i;
            }

            new Span<ulong>(FaultyLow, 2 * Stride).Fill(all);
            new Span<ulong>(EqualLow, 2 * Stride).Fill(~all);
        }

        /// <summary>Marks all cells of faulty rows.</summary>
        public void TakeRows(in DrawnCells cells, PhiloxTable keys, long first, int count)
        {
            long drawn = -1;
            Bits128<ScalarLane> failing = default;
            for (int i = 0; i < count; i++)
            {
                long rows = cells.RowsOf(first + i);
                if (rows != drawn) failing = cells.RowsAt(drawn = rows, keys);
                ulong isIn = cells.IsIn(failing, first + i);
                FaultyLow[i] |= isIn;
                FaultyHigh[i] |= isIn;
            }
        }

        /// <summary>Puts all groups in again, each with the counter of its columns.</summary>
        public void RestartWithColumns(in DrawnCells cells, long first, int count)
        {
            ulong all = cells.Columns.All;
            for (int i = 0; i < count; i++)
            {
                Group[i] = (ulong)cells.ColumnsOf(first + i);
                Position[i] = (ulong)i;
                FaultyLow[i] |= all;
                FaultyHigh[i] |= all;
            }

            new Span<ulong>(EqualLow, 2 * Stride).Fill(~all);
        }

        /// <summary>Notes the cells found faulty and moves the groups with undecided cells to the front. Without branches: which they are is chance.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Regroup(int count)
        {
            int kept = 0;
            for (int i = 0; i < count; i++)
            {
                ulong position = Position[i], low = EqualLow[i], high = EqualHigh[i];
                FaultyLow[position] |= LessLow[i];
                FaultyHigh[position] |= LessHigh[i];
                Group[kept] = Group[i];
                Position[kept] = position;
                EqualLow[kept] = low;
                EqualHigh[kept] = high;
                kept += (low | high) != 0 ? 1 : 0;
            }

            return kept;
        }
    }
}
