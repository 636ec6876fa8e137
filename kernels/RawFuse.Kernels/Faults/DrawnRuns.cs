using System.Numerics;
using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// <see cref="DrawnCells"/> for a run of groups, several at once. Every bit decides half of the cells left, and a group is
/// done after 8 bits on average, but rarely are all groups of a register done together. So all groups take their first
/// bits unasked, and from then on those with undecided cells are moved together before they take more.
/// </summary>
internal readonly unsafe struct DrawnRuns<TLanes>(DrawnCells cells) : IGroupRuns
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Bits that every group takes: as many as most of them need.</summary>
    private const int FirstBits = 8;

    /// <summary>Bits that undecided groups take at a time after that.</summary>
    private const int NextBits = 2;

    [SkipLocalsInit]
    public void Fill(long index, int count, FaultBuffer buffer)
    {
        ulong* memory = stackalloc ulong[Work.Words];
        var work = new Work(memory);
        work.Start(cells, index, count);
        Decide(cells.Single, work, count);
        if (cells.HasLines)
        {
            work.TakeRows(cells, count);
            work.RestartWithColumns(cells, count);
            Decide(cells.Columns, work, count);
        }

        for (int i = 0; i < count; i += TLanes.Count)
        {
            var faulty = new Bits128<TLanes>(TLanes.Load(work.FaultyLow + i), TLanes.Load(work.FaultyHigh + i));
            buffer.Store(i, cells.Direct(TLanes.Load(work.GroupInOrder + i), faulty));
        }
    }

    /// <summary>Adds the members of all sets in the work to the faulty cells.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Decide(DrawnSet set, Work work, int count)
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
                for (int bit = 0; bit < bits; bit++) set.Compare(group, (uint)(done + bit), (left << bit) >> 31, ref less, ref equal);
                TLanes.Store(less.Low, work.LessLow + i);
                TLanes.Store(less.High, work.LessHigh + i);
                TLanes.Store(equal.Low, work.EqualLow + i);
                TLanes.Store(equal.High, work.EqualHigh + i);
            }

            undecided = work.Regroup(undecided);
        }
    }

    /// <summary>
    /// Arrays of 64-bit words. The first three are in order: the run's groups and their faulty cells. The others hold the
    /// counters of the undecided groups, their positions in that order, and which cells' numbers the last bits showed to be
    /// less than the threshold or left equal to it.
    /// </summary>
    private readonly struct Work(ulong* memory)
    {
        public const int Words = 9 * Stride;

        // The last lanes may lie beyond the end of a run: what they compute is not looked at.
        private const int Stride = FaultBuffer.Groups + 8;

        public ulong* GroupInOrder => memory;

        public ulong* FaultyLow => memory + Stride;

        public ulong* FaultyHigh => memory + (2 * Stride);

        public ulong* Group => memory + (3 * Stride);

        public ulong* Position => memory + (4 * Stride);

        public ulong* LessLow => memory + (5 * Stride);

        public ulong* LessHigh => memory + (6 * Stride);

        public ulong* EqualLow => memory + (7 * Stride);

        public ulong* EqualHigh => memory + (8 * Stride);

        /// <summary>Puts all groups of a run in.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Start(in DrawnCells cells, long index, int count)
        {
            long group = cells.GroupOf(index), groups = cells.Groups;
            for (int i = 0; i < count; i++)
            {
                GroupInOrder[i] = Group[i] = (ulong)group;
                Position[i] = (ulong)i;
                group = group + 1 == groups ? 0 : group + 1;
            }

            new Span<ulong>(FaultyLow, 2 * Stride).Fill(cells.Single.All);
            new Span<ulong>(EqualLow, 2 * Stride).Fill(~cells.Single.All);
        }

        /// <summary>Marks all cells of faulty rows.</summary>
        public void TakeRows(in DrawnCells cells, int count)
        {
            long drawn = -1;
            Bits128<ScalarLane> failing = default;
            for (int i = 0; i < count; i++)
            {
                long group = (long)GroupInOrder[i], rows = cells.RowsOf(group);
                if (rows != drawn) failing = cells.RowsAt(drawn = rows);
                ulong isIn = cells.IsIn(failing, group);
                FaultyLow[i] |= isIn;
                FaultyHigh[i] |= isIn;
            }
        }

        /// <summary>Puts all groups in again, each with the counter of its columns.</summary>
        public void RestartWithColumns(in DrawnCells cells, int count)
        {
            ulong all = cells.Columns.All;
            for (int i = 0; i < count; i++)
            {
                Group[i] = (ulong)cells.ColumnsOf((long)GroupInOrder[i]);
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
