using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Faulty cells drawn from a seed. Cell c of group g has a uniform number U of 32 bits and is faulty when U is below the
/// threshold. The bits of U lie across Philox blocks: bit c of the block with counter (g, r, stream 0) is the r-th most
/// significant bit. So 128 comparisons run at once, bit by bit from the top, and stop when all are decided: after about
/// 8 blocks, whatever the threshold. Bit c of the block (g, 0, stream 1) says where a stuck cell is stuck. (Stream 2 is
/// kept for faults that come and go with every access.)
/// </summary>
internal readonly struct DrawnCells(in FaultCells cells) : IGroupSource
{
    private const ulong DirectionStream = 1UL << 32;

    private readonly ulong seed = cells.Seed;
    private readonly ulong threshold = cells.Threshold;
    private readonly int flip = cells.Model == FaultModel.Flip ? 1 : 0;
    private readonly long firstGroup = cells.FirstGroup;
    private readonly long groups = cells.Groups;

    /// <summary>Groups in the memory.</summary>
    public long Groups => groups;

    /// <inheritdoc/>
    public GroupFaults<ScalarLane> At(long index) => Draw(new ScalarLane((ulong)GroupOf(index)));

    /// <summary>Number of the group that bytes 16*index.. of the tensor lie in.</summary>
    public long GroupOf(long index) => (firstGroup + index) % groups;

    /// <summary>What the cells of the groups in the lanes do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GroupFaults<TLanes> Draw<TLanes>(TLanes group)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes none = TLanes.All(0), all = TLanes.All(ulong.MaxValue);
        Bits128<TLanes> faulty = Locations(group);
        if (flip != 0) return new GroupFaults<TLanes>(new Bits128<TLanes>(all, all), faulty);
        if (TLanes.IsZero(faulty.Low | faulty.High)) return new GroupFaults<TLanes>(new Bits128<TLanes>(all, all), new Bits128<TLanes>(none, none));
        Bits128<TLanes> ones = Philox.Block(group, TLanes.All(DirectionStream), seed);
        return new GroupFaults<TLanes>(
            new Bits128<TLanes>(~faulty.Low, ~faulty.High),
            new Bits128<TLanes>(faulty.Low & ones.Low, faulty.High & ones.High));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Bits128<TLanes> Locations<TLanes>(TLanes group)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        // Above the 32 bits of U stands one more bit, always 0: it makes a threshold of 2^32 say "every cell".
        TLanes below = TLanes.All(threshold >> 32 != 0 ? ulong.MaxValue : 0);
        Bits128<TLanes> less = new(below, below), equal = new(~below, ~below);

        // A U that equals the threshold so far is not below it once the threshold has only zeros left.
        for (uint left = (uint)threshold, round = 0; left != 0; left <<= 2, round += 2)
        {
            // Two blocks at a time: they do not depend on each other, so a processor overlaps them.
            Bits128<TLanes> first = Philox.Block(group, TLanes.All(round), seed);
            Bits128<TLanes> second = Philox.Block(group, TLanes.All(round + 1), seed);
            Compare(first, left >> 31, ref less, ref equal);
            Compare(second, (left >> 30) & 1, ref less, ref equal);
            if (TLanes.IsZero(equal.Low | equal.High)) break;
        }

        return less;
    }

    /// <summary>One bit of every U against the same bit of the threshold, for the cells undecided (equal) so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Compare<TLanes>(Bits128<TLanes> bits, uint thresholdBit, ref Bits128<TLanes> less, ref Bits128<TLanes> equal)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes one = TLanes.All(thresholdBit == 0 ? 0 : ulong.MaxValue);
        less = new Bits128<TLanes>(less.Low | (equal.Low & one & ~bits.Low), less.High | (equal.High & one & ~bits.High));
        equal = new Bits128<TLanes>(equal.Low & ~(bits.Low ^ one), equal.High & ~(bits.High ^ one));
    }
}
