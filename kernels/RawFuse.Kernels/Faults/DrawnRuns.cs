using System.Numerics;
using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// <see cref="DrawnCells"/> for a run of groups, several at once. Half of a group's cells are decided by each bit, and a
/// group is done after 8 bits on average, but rarely are all groups of a register done together. So all groups take
/// their first bits without asking, and from then on those still undecided are moved together between bits.
/// </summary>
internal readonly unsafe struct DrawnRuns<TLanes>(DrawnCells cells) : IGroupRuns
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Bits every group takes first: as many as most of them need anyway.</summary>
    private const int FirstBits = 8;

    /// <summary>Bits between two regroupings after that.</summary>
    private const int NextBits = 2;

    [SkipLocalsInit]
    public void Fill(long index, int count, FaultBuffer buffer)
    {
        ulong* memory = stackalloc ulong[Work.Words];
        var work = new Work(memory);
        long group = cells.GroupOf(index);
        for (int i = 0; i < count; i++)
        {
            work.Start(i, (ulong)group, cells.AllFaulty);
            group = group + 1 == cells.Groups ? 0 : group + 1;
        }

        uint round = 0, left = cells.ThresholdBits;
        for (int undecided = count, bits = FirstBits; undecided > 0 && left != 0; bits = NextBits)
        {
            bits = Math.Min(bits, 32 - BitOperations.TrailingZeroCount(left));
            for (int i = 0; i < undecided; i += TLanes.Count) work.Advance(cells, i, round, left, bits);
            undecided = work.Regroup(undecided);
            round += (uint)bits;
            left <<= bits;
        }

        for (int i = 0; i < count; i += TLanes.Count) buffer.Store(i, cells.Direct(work.Groups(i), work.Faulty(i)));
    }

    /// <summary>
    /// Arrays of 64-bit words. In order: the run's groups and their faulty cells so far. Regrouped: the undecided groups,
    /// their places in the run, and per cell whether its number is below the threshold or equal to it so far.
    /// </summary>
    private readonly struct Work(ulong* memory)
    {
        public const int Words = 9 * Stride;

        // The last lanes may lie beyond the end of a run: what they compute is not looked at.
        private const int Stride = FaultBuffer.Capacity + 8;

        private ulong* GroupsInOrder => memory;

        private ulong* FaultyLow => memory + Stride;

        private ulong* FaultyHigh => memory + (2 * Stride);

        private ulong* Place => memory + (3 * Stride);

        private ulong* Group => memory + (4 * Stride);

        private ulong* LessLow => memory + (5 * Stride);

        private ulong* LessHigh => memory + (6 * Stride);

        private ulong* EqualLow => memory + (7 * Stride);

        private ulong* EqualHigh => memory + (8 * Stride);

        public TLanes Groups(int position) => TLanes.Load(GroupsInOrder + position);

        public Bits128<TLanes> Faulty(int position) => new(TLanes.Load(FaultyLow + position), TLanes.Load(FaultyHigh + position));

        public void Start(int position, ulong group, ulong allFaulty)
        {
            GroupsInOrder[position] = Group[position] = group;
            Place[position] = (ulong)position;
            FaultyLow[position] = FaultyHigh[position] = LessLow[position] = LessHigh[position] = allFaulty;
            EqualLow[position] = EqualHigh[position] = ~allFaulty;
        }

        /// <summary>Compares the next bits of the groups in one register.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Advance(in DrawnCells cells, int position, uint round, uint thresholdBits, int bits)
        {
            TLanes group = TLanes.Load(Group + position);
            var less = new Bits128<TLanes>(TLanes.Load(LessLow + position), TLanes.Load(LessHigh + position));
            var equal = new Bits128<TLanes>(TLanes.Load(EqualLow + position), TLanes.Load(EqualHigh + position));
            for (int bit = 0; bit < bits; bit++) cells.Compare(group, round + (uint)bit, (thresholdBits << bit) >> 31, ref less, ref equal);
            TLanes.Store(less.Low, LessLow + position);
            TLanes.Store(less.High, LessHigh + position);
            TLanes.Store(equal.Low, EqualLow + position);
            TLanes.Store(equal.High, EqualHigh + position);
        }

        /// <summary>Notes the faulty cells so far and moves the groups with undecided cells to the front. Without branches: which they are is chance.</summary>
        public int Regroup(int count)
        {
            int kept = 0;
            for (int i = 0; i < count; i++)
            {
                ulong place = Place[i], equalLow = EqualLow[i], equalHigh = EqualHigh[i];
                FaultyLow[place] = LessLow[kept] = LessLow[i];
                FaultyHigh[place] = LessHigh[kept] = LessHigh[i];
                Group[kept] = Group[i];
                Place[kept] = place;
                EqualLow[kept] = equalLow;
                EqualHigh[kept] = equalHigh;
                kept += (equalLow | equalHigh) != 0 ? 1 : 0;
            }

            return kept;
        }
    }
}
