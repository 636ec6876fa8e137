using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Sets of 128 members drawn from a seed, one for every counter. Member c of a set has a uniform number U of 32 bits and is in
/// when U is below the threshold. The bits of U lie across Philox blocks: bit c of the block with counter (counter, r, stream)
/// is the r-th most significant bit. So 128 comparisons run at once, bit by bit from the top, and stop when all are decided:
/// after about 8 blocks, whatever the threshold.
/// </summary>
internal readonly struct DrawnSet(ulong threshold, ulong stream)
{
    private readonly ulong threshold = threshold;
    private readonly ulong stream = stream;

    /// <summary>Whether no set has members.</summary>
    public bool IsEmpty => threshold == 0;

    /// <summary>The threshold's 32 bits, which those of U are compared with.</summary>
    public uint ThresholdBits => (uint)threshold;

    /// <summary>All ones when the threshold is 2^32: above the 32 bits of U stands a zero, so every U is below it.</summary>
    public ulong All => threshold >> 32 != 0 ? ulong.MaxValue : 0;

    /// <summary>The members of one set.</summary>
    public Bits128<ScalarLane> At<TKeys>(ScalarLane counter, TKeys keys)
        where TKeys : unmanaged, IPhiloxKeys
    {
        var less = new Bits128<ScalarLane>(new ScalarLane(All), new ScalarLane(All));
        var equal = new Bits128<ScalarLane>(new ScalarLane(~All), new ScalarLane(~All));

        // A U that equals the threshold so far is not below it once the threshold has only zeros left.
        uint round = 0;
        for (uint left = ThresholdBits; left != 0 && !ScalarLane.IsZero(equal.Low | equal.High); left <<= 1, round++)
            Compare(counter, round, left >> 31, keys, ref less, ref equal);
        return less;
    }

    /// <summary>Draws bit <paramref name="round"/> of every U and compares it with the threshold's, for the members that are equal so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Compare<TLanes, TKeys>(TLanes counter, uint round, uint thresholdBit, TKeys keys, ref Bits128<TLanes> less, ref Bits128<TLanes> equal)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys
    {
        Bits128<TLanes> bits = Philox.Block(counter, TLanes.All(stream | round), keys);
        var zero = new Bits128<TLanes>(equal.Low & ~bits.Low, equal.High & ~bits.High);
        if (thresholdBit == 0)
        {
            equal = zero;
            return;
        }

        less = new Bits128<TLanes>(less.Low | zero.Low, less.High | zero.High);
        equal = new Bits128<TLanes>(equal.Low & bits.Low, equal.High & bits.High);
    }
}
