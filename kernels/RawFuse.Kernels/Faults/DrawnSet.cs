using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Sets of 128 members drawn from a seed, one for every counter. Member c of a set has a uniform number U of 32 bits and is in
/// when U is below the threshold. The bits of U lie across Philox blocks: bit c of the block (counter, stream + r)
/// is the r-th most significant bit. So 128 comparisons run at once, bit by bit from the top, and stop when all are decided:
/// after about 8 blocks, or when no bits of the threshold are left.
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
        for (uint left = ThresholdBits; left != 0 && (equal.Low | equal.High).Value != 0; left <<= 1, round++)
            Compare(counter, round, left, keys, ref less, ref equal);
        return less;
    }

    /// <summary>Draws a bit of every U and compares it with the threshold's, for the members that are equal so far.</summary>
    /// <param name="counter">Number of the set.</param>
    /// <param name="round">Number of the bit.</param>
    /// <param name="threshold">The threshold's bits from this one on.</param>
    /// <param name="keys">Of the seed.</param>
    /// <param name="less">Members whose U is less; those that this bit decides are added.</param>
    /// <param name="equal">Members whose U is equal so far; those that this bit decides are taken away.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Compare<TLanes, TKeys>(TLanes counter, uint round, uint threshold, TKeys keys, ref Bits128<TLanes> less, ref Bits128<TLanes> equal)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys => Take(Philox.Block(counter, TLanes.All(stream | round), keys), threshold, ref less, ref equal);

    /// <summary>Does the same with this bit and the next one, drawn in step.</summary>
    /// <param name="counter">Number of the set.</param>
    /// <param name="round">Number of the bit.</param>
    /// <param name="threshold">The threshold's bits from this one on.</param>
    /// <param name="keys">Of the seed.</param>
    /// <param name="less">Members whose U is less; those that these bits decide are added.</param>
    /// <param name="equal">Members whose U is equal so far; those that these bits decide are taken away.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CompareTwo<TLanes, TKeys>(TLanes counter, uint round, uint threshold, TKeys keys, ref Bits128<TLanes> less, ref Bits128<TLanes> equal)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys
    {
        PhiloxWords<TLanes> words = Philox.Words(
            counter, TLanes.All(stream | round), counter, TLanes.All(stream | (round + 1)), keys, out PhiloxWords<TLanes> nextWords);
        Take(words.Joined, threshold, ref less, ref equal);
        Take(nextWords.Joined, threshold << 1, ref less, ref equal);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<TLanes>(Bits128<TLanes> bits, uint threshold, ref Bits128<TLanes> less, ref Bits128<TLanes> equal)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var zero = new Bits128<TLanes>(equal.Low & ~bits.Low, equal.High & ~bits.High);
        if (threshold >> 31 == 0)
        {
            equal = zero;
            return;
        }

        less = new Bits128<TLanes>(less.Low | zero.Low, less.High | zero.High);
        equal = new Bits128<TLanes>(equal.Low & bits.Low, equal.High & bits.High);
    }
}
