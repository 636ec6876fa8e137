using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Rarely faulty cells, drawn eight at a time from a seed. An <em>octet</em> is the 8 cells of a byte. Events strike it one after another; each
/// strikes one of its cells, every one with the same probability, and a cell is faulty once it is struck. A threshold t stands for a time: at the error
/// rate p = t / 2^32 the events up to the time -ln(1 - p) have happened, and an octet sees 8 of them per unit of time.
/// <para>
/// Octet k of group g, 0 to 15, has as its <em>head</em> byte k of the block (g, stream), and draws blocks (g, stream + 16(i + 1) + k) for i = 0, 1, and
/// so on. Block i tells of events 3i, 3i + 1 and 3i + 2: its words 0, 1 and 2 are their factors, and bits 8 to 10, 16 to 18 and 24 to 26 of its word 3
/// the numbers of the cells that they strike.
/// </para>
/// <list type="bullet">
/// <item>Event 0: R = head * 2^32 + factor. It has happened when R is less than T(t). s(0) = 2^32 - 1 - floor(R / 2^8).</item>
/// <item>Event n: s(n) = floor(s(n-1) * factor / 2^32). It has happened when s(n) is at least 2^32 - floor(T(t) / 2^8).</item>
/// </list>
/// T(t) is 2^40 (1 - (1 - p)^8), rounded as <see cref="Below"/> does it: with products of integers alone.
/// </summary>
/// <remarks>
/// <para>
/// Rates and independence: s(n) / 2^32 is a product of n + 1 uniform numbers, so -ln of it is a sum of n + 1 exponential times: 8 times the time of event n
/// of a Poisson process with 8 events per unit. It is above (1 - p)^8 when event n comes before the time -ln(1 - p). Each event picks its cell
/// independently, so that every cell sees a Poisson process of its own, one event per unit and independent of the other cells', and is spared by it
/// with probability exp(ln(1 - p)) = 1 - p. What rounding adds is below 2^-34 of a cell's rate in the first event, whose R is 2^-40 wide, and some 2^-34
/// altogether in the later ones, whose s are 2^-32 wide.
/// </para>
/// <para>
/// Nesting: R, all s(n) and the cells do not depend on t, and the s(n) fall. T grows with t. So events that have happened at a threshold have happened at
/// every larger one, and event n + 1 never has before event n.
/// </para>
/// <para>
/// Cost: one block for the heads of 16 octets, and one more for each octet whose head says that event 0 has happened or may have: 8% of them at an error
/// rate of 1%. Two in a thousand of those need a third. As the rate grows, so do the events: above <see cref="MaximumThreshold"/> other cells are drawn on
/// top of these (<see cref="DrawnCells"/>).
/// </para>
/// </remarks>
internal readonly struct DrawnOctets
{
    /// <summary>The largest threshold, (2^32 - 1) / 17: a rate of 1/17 but for 2^-36.</summary>
    public const ulong MaximumThreshold = uint.MaxValue / 17;

    /// <summary>Heads from here on never have an event, whatever the threshold: T(<see cref="MaximumThreshold"/>) / 2^32, rounded up.</summary>
    public const int Heads = 99;

    private const int FirstBlock = 16;
    private const int NextBlock = 16;

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

    /// <summary>Heads from here on have no event at this threshold; 0 to <see cref="Heads"/>.</summary>
    public int HeadLimit => (int)((below + uint.MaxValue) >> 32);

    /// <summary>T: 2^40 times the probability that event 0 has happened.</summary>
    /// <param name="threshold">The threshold t.</param>
    /// <remarks>(2^32 - t)^8, with 63 bits behind the point and cut off after every squaring: monotone in t, and within 2^-59 of the truth.</remarks>
    public static ulong Below(ulong threshold)
    {
        ulong spared = ((1UL << 32) - threshold) << 31;
        for (int i = 0; i < 3; i++) spared = (ulong)(((UInt128)spared * spared) >> 63);
        return (1UL << 40) - ((spared + (1UL << 22)) >> 23);
    }

    /// <summary>Upper half of the counter of an octet's block 0.</summary>
    /// <param name="octet">Number of the octet, 0 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes CounterOf<TLanes>(TLanes octet)
        where TLanes : unmanaged, ILanes<TLanes> => octet + TLanes.All(stream + FirstBlock);

    /// <summary>The cells that an octet's events 0, 1 and 2 strike, in bits 0 to 7; above them anything.</summary>
    /// <param name="head">The octet's head.</param>
    /// <param name="words">Its block 0.</param>
    /// <param name="survival">s(2): all that later events need to know.</param>
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

    /// <summary>The cells that all events of an octet strike, in bits 0 to 7; above them anything.</summary>
    /// <param name="group">Number of the group.</param>
    /// <param name="octet">Number of the octet in it.</param>
    /// <param name="head">The octet's head.</param>
    /// <param name="keys">Of the seed.</param>
    /// <param name="directions">Word 3 of its block 0, in the low half.</param>
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
            counter += TLanes.All(NextBlock);
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
