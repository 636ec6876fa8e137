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

    /// <summary>The threshold's 32 bits, which those of U are compared with.</summary>
    public uint ThresholdBits => (uint)threshold;

    /// <summary>All ones when the threshold is 2^32: above the 32 bits of U stands a zero, so every U is below it.</summary>
    public ulong AllFaulty => threshold >> 32 != 0 ? ulong.MaxValue : 0;

    /// <summary>Number of the group that bytes 16*index.. of the tensor lie in.</summary>
    public long GroupOf(long index) => (firstGroup + index) % groups;

    /// <inheritdoc/>
    public GroupFaults<ScalarLane> At(long index)
    {
        var group = new ScalarLane((ulong)GroupOf(index));
        var less = new Bits128<ScalarLane>(new ScalarLane(AllFaulty), new ScalarLane(AllFaulty));
        var equal = new Bits128<ScalarLane>(new ScalarLane(~AllFaulty), new ScalarLane(~AllFaulty));

        // A U that equals the threshold so far is not below it once the threshold has only zeros left.
        uint round = 0;
        for (uint left = ThresholdBits; left != 0 && !ScalarLane.IsZero(equal.Low | equal.High); left <<= 1, round++)
            Compare(group, round, left >> 31, ref less, ref equal);
        return Direct(group, less);
    }

    /// <summary>Draws bit <paramref name="round"/> of every U and compares it with the threshold's, for the cells that are equal so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Compare<TLanes>(TLanes group, uint round, uint thresholdBit, ref Bits128<TLanes> less, ref Bits128<TLanes> equal)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        Bits128<TLanes> bits = Philox.Block(group, TLanes.All(round), seed);
        var zero = new Bits128<TLanes>(equal.Low & ~bits.Low, equal.High & ~bits.High);
        if (thresholdBit == 0)
        {
            equal = zero;
            return;
        }

        less = new Bits128<TLanes>(less.Low | zero.Low, less.High | zero.High);
        equal = new Bits128<TLanes>(equal.Low & bits.Low, equal.High & bits.High);
    }

    /// <summary>Says what the faulty cells of the groups do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GroupFaults<TLanes> Direct<TLanes>(TLanes group, Bits128<TLanes> faulty)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes all = TLanes.All(ulong.MaxValue);
        if (flip != 0 || TLanes.IsZero(faulty.Low | faulty.High)) return new GroupFaults<TLanes>(new Bits128<TLanes>(all, all), faulty);
        Bits128<TLanes> ones = Philox.Block(group, TLanes.All(DirectionStream), seed);
        return new GroupFaults<TLanes>(
            new Bits128<TLanes>(~faulty.Low, ~faulty.High),
            new Bits128<TLanes>(faulty.Low & ones.Low, faulty.High & ones.High));
    }
}
