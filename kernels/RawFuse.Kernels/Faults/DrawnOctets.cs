using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Rarely faulty cells, drawn eight at a time from a seed. An <em>octet</em> is the 8 cells of a byte. Events strike it one after another; each
/// strikes one of its cells, every one with the same probability, and a cell is faulty once it is struck. A threshold t is a time: at the error
/// rate p = t / 2^32 the events up to the time -ln(1 - p) have happened, where time runs so that 8 of them are expected in a unit.
/// <para>
/// Octet k of group g draws the blocks (g, stream + 16(i + 1) + k), i = 0, 1, ..., and byte k of the block (g, stream), its head. Block i tells of
/// events 3i, 3i + 1 and 3i + 2: its words 0, 1 and 2 are their factors, and bits 8-10, 16-18 and 24-26 of its word 3 are the numbers of the cells
/// that they strike. Bit j of block 0's word 3, j less than 8, says where cell j is stuck if it is.
/// </para>
/// <list type="bullet">
/// <item>Event 0: R = head * 2^32 + factor. It has happened when R is less than T(t), and s0 = 2^32 - 1 - floor(R / 2^8).</item>
/// <item>Event n: s(n) = floor(s(n-1) * factor / 2^32). It has happened when s(n) is at least L(t).</item>
/// </list>
/// T(t) = 2^40 (1 - (1 - p)^8), rounded, and L(t) = 2^32 - floor(T / 2^8): with products of integers alone, see <see cref="Below"/>.
/// </summary>
/// <remarks>
/// <para>
/// Why this is so: s(n) / 2^32 is a product of n + 1 uniform numbers, so -ln of it is a sum of n + 1 exponential times, 8 times the time of event n of a
/// Poisson process with 8 events per unit; it is above (1 - p)^8 when event n comes before the time -ln(1 - p). Each event picks its cell
/// independently, so every cell sees a Poisson process of its own with one event per unit, independent of the others', and escapes it with probability
/// exp(ln(1 - p)) = 1 - p: cells are independent and faulty with probability p. Rounding makes an error of some 2^-35 or less in a cell's rate: factors are
/// 2^-32 wide, and half an octet's events are its first, whose R is 2^-40 wide.
/// </para>
/// <para>
/// Nesting: R, all s(n) and the cells do not depend on t. T grows with t and L falls, so events that have happened at a threshold have happened at
/// every larger one.
/// </para>
/// <para>
/// Cost: a head for every octet, 128 bits of one block for a group of 16, and of those whose head leaves it open, or settles, that event 0
/// has happened - 8% at an error rate of 1% - one block that is enough for three events. As the rate grows so do the events; from
/// <see cref="MaximumThreshold"/> on cells are drawn otherwise on top of these.
/// </para>
/// </remarks>
internal readonly struct DrawnOctets
{
    /// <summary>The largest threshold, a rate of 1/8: 66% of the octets are struck, 1.6 times on average.</summary>
    public const ulong MaximumThreshold = 1UL << 29;

    private readonly ulong stream;
    private readonly ulong below;
    private readonly ulong least;

    /// <param name="threshold">The threshold, 0 to <see cref="MaximumThreshold"/>.</param>
    /// <param name="stream">Upper half of the counters; its low 32 bits are 0.</param>
    public DrawnOctets(ulong threshold, ulong stream)
    {
        this.stream = stream;
        below = Below(threshold);
        least = (1UL << 32) - (below >> 8);
    }

    /// <summary>An octet whose head is at least this, 0 to 168, has no faulty cell.</summary>
    public int HeadLimit => (int)((below + uint.MaxValue) >> 32);

    /// <summary>T: 2^40 times the probability that an octet has a faulty cell.</summary>
    /// <param name="threshold">The threshold t.</param>
    /// <remarks>(2^32 - t)^8 with 63 bits behind the point, cut off after every squaring: monotone in t, and within 2^-59 of the truth.</remarks>
    internal static ulong Below(ulong threshold)
    {
        ulong survival = ((1UL << 32) - threshold) << 31;
        for (int i = 0; i < 3; i++) survival = (ulong)(((UInt128)survival * survival) >> 63);
        return (1UL << 40) - ((survival + (1UL << 22)) >> 23);
    }

    /// <summary>The heads of a group's octets: bytes 0 to 7 in the low word.</summary>
    /// <param name="group">Number of the group.</param>
    /// <param name="keys">Of the seed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Bits128<TLanes> Heads<TLanes, TKeys>(TLanes group, TKeys keys)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys => Philox.Block(group, TLanes.All(stream), keys);

    /// <summary>The same of two groups per lane at once.</summary>
    /// <param name="group">Number of the first group.</param>
    /// <param name="other">Number of the second group.</param>
    /// <param name="keys">Of the seed.</param>
    /// <param name="otherHeads">The heads of the second group's octets.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Bits128<TLanes> Heads<TLanes, TKeys>(TLanes group, TLanes other, TKeys keys, out Bits128<TLanes> otherHeads)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys
    {
        TLanes counter = TLanes.All(stream);
        PhiloxWords<TLanes> words = Philox.Words(group, counter, other, counter, keys, out PhiloxWords<TLanes> otherWords);
        otherHeads = otherWords.Joined;
        return words.Joined;
    }

    /// <summary>Upper half of the counter of an octet's block 0; later blocks' are larger by 16 each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes CounterOf<TLanes>(TLanes octet)
        where TLanes : unmanaged, ILanes<TLanes> => octet + TLanes.All(stream + 16);

    /// <summary>The cells that an octet's events 0, 1 and 2 strike, in bits 0 to 7.</summary>
    /// <param name="head">The octet's head.</param>
    /// <param name="words">Its block 0.</param>
    /// <param name="survival">s(2): all there is to know of these events for the next ones.</param>
    /// <param name="unfinished">A bit per lane: whether event 2 has happened, so that more may have.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes FirstThree<TLanes>(TLanes head, PhiloxWords<TLanes> words, out TLanes survival, out uint unfinished)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes number = TLanes.JoinLowHalves(words.Word0, head);
        TLanes struck = TLanes.WhereBelow(number, TLanes.All(below), CellOf(words.Word3, 8));
        survival = ~TLanes.ShiftDown(number, 8);
        struck |= Next(words.Word1, words.Word3, 16, ref survival);
        struck |= Next(words.Word2, words.Word3, 24, ref survival);
        unfinished = TLanes.Below(TLanes.All(least - 1), survival);
        return struck;
    }

    /// <summary>The faulty cells of an octet in bits 0 to 7.</summary>
    /// <param name="group">Number of the group.</param>
    /// <param name="octet">Number of the octet in it, 0 to 15.</param>
    /// <param name="head">The octet's head.</param>
    /// <param name="keys">Of the seed.</param>
    /// <param name="directions">In bits 0 to 7 whether cells are stuck at 1; above them anything.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes At<TLanes, TKeys>(TLanes group, TLanes octet, TLanes head, TKeys keys, out TLanes directions)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys
    {
        TLanes counter = CounterOf(octet);
        PhiloxWords<TLanes> words = Philox.Words(group, counter, keys);
        directions = words.Word3;
        TLanes struck = FirstThree(head, words, out TLanes survival, out uint unfinished);
        while (unfinished != 0)
        {
            counter += TLanes.All(16);
            words = Philox.Words(group, counter, keys);
            struck |= Next(words.Word0, words.Word3, 8, ref survival);
            struck |= Next(words.Word1, words.Word3, 16, ref survival);
            struck |= Next(words.Word2, words.Word3, 24, ref survival);
            unfinished = TLanes.Below(TLanes.All(least - 1), survival);
        }

        return struck;
    }

    /// <summary>The cell that the next event strikes, if it has happened.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes Next<TLanes>(TLanes factor, TLanes cells, int bit, ref TLanes survival)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        survival = TLanes.HighHalf(TLanes.LowHalfProduct(survival, factor));
        return TLanes.WhereBelow(TLanes.All(least - 1), survival, CellOf(cells, bit));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes CellOf<TLanes>(TLanes cells, int bit)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.PowerOfTwo(TLanes.ShiftDown(cells, bit) & TLanes.All(7));
}
