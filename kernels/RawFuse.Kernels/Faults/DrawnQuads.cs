using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Rarely faulty cells, drawn 32 at a time from a seed. A <em>quad</em> is the cells of 4 bytes; those of group g have the numbers 4g to 4g + 3. Events
/// strike a quad one after another; each strikes one of its cells, every one with the same probability, and a cell is faulty once it is struck. A
/// threshold t stands for a time: at the error rate p = t / 2^32 the events up to the time -ln(1 - p) have happened, and a quad sees 32 of them per unit
/// of time.
/// <para>
/// Quad q has as its <em>head</em> byte q mod 16 of the block (q / 16, stream), and draws blocks (q, stream + 1 + i) for i = 0, 1, and so on. The words
/// 0, 1 and 2 of block i are the factors of events 3i, 3i + 1 and 3i + 2. An event strikes the cell whose number is its factor's low 5 bits.
/// </para>
/// <list type="bullet">
/// <item>Event 0: R = head * 2^32 + factor. It has happened when R is less than T(t). s(0) = 2^32 - 1 - floor(R / 2^8).</item>
/// <item>Event n: s(n) = floor(s(n-1) * factor / 2^32). It has happened when s(n) is at least 2^32 - floor(T(t) / 2^8).</item>
/// </list>
/// T(t) is 2^40 (1 - (1 - p)^32), rounded as <see cref="Below"/> does it: with products of integers alone. Bit j of block 0's word 3 says where cell j is
/// stuck, if it is faulty and stuck.
/// </summary>
/// <remarks>
/// <para>
/// Rates and independence: s(n) / 2^32 is a product of n + 1 uniform numbers, so -ln of it is a sum of n + 1 exponential times: 32 times the time of event
/// n of a Poisson process with 32 events per unit. It is above (1 - p)^32 when event n comes before the time -ln(1 - p). Each event picks its cell
/// independently, so that every cell sees a Poisson process of its own, one event per unit and independent of the other cells', and is spared by it
/// with probability exp(ln(1 - p)) = 1 - p. Rounding (R is 2^-40 wide and the s(n) 2^-32; a factor is also a cell, which ties them by 2^-27) changes a
/// cell's rate by less than 2^-31.
/// </para>
/// <para>
/// Nesting: R, all s(n), cells and directions do not depend on t, and the s(n) fall. T grows with t. So events that have happened at a threshold have
/// happened at every larger one, and event n + 1 never has before event n.
/// </para>
/// <para>
/// Cost: one block for the heads of 16 quads, and one more for each quad whose head says that event 0 has happened or may have: 28% of them at an error
/// rate of 1%. Two in a hundred of those need another. As the rate grows, so do the events: above <see cref="MaximumThreshold"/> other cells are drawn
/// on top of these (<see cref="DrawnCells"/>).
/// </para>
/// </remarks>
internal readonly struct DrawnQuads
{
    /// <summary>The largest threshold, (2^32 - 1) / 17: a rate of 1/17 but for 2^-36.</summary>
    public const ulong MaximumThreshold = uint.MaxValue / 17;

    private readonly ulong stream;
    private readonly ulong below;
    private readonly ulong least;

    /// <param name="threshold">The threshold, 0 to <see cref="MaximumThreshold"/>.</param>
    /// <param name="stream">Upper half of the counters; its low 31 bits are 0.</param>
    public DrawnQuads(ulong threshold, ulong stream)
    {
        this.stream = stream;
        below = Below(threshold);
        least = (1UL << 32) - (below >> 8);
    }

    /// <summary>Heads from here on have no event; 0 to 220.</summary>
    public int HeadLimit => (int)((below + uint.MaxValue) >> 32);

    /// <summary>T: 2^40 times the probability that event 0 has happened.</summary>
    /// <param name="threshold">The threshold t.</param>
    /// <remarks>(2^32 - t)^32, with 63 bits behind the point and cut off after every squaring: monotone in t, and within 2^-57 of the truth.</remarks>
    public static ulong Below(ulong threshold)
    {
        ulong spared = ((1UL << 32) - threshold) << 31;
        for (int i = 0; i < 5; i++) spared = (ulong)(((UInt128)spared * spared) >> 63);
        return (1UL << 40) - ((spared + (1UL << 22)) >> 23);
    }

    /// <summary>The heads of 16 quads.</summary>
    /// <param name="block">Number of the first quad, divided by 16.</param>
    /// <param name="keys">Of the seed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Bits128<TLanes> Heads<TLanes, TKeys>(TLanes block, TKeys keys)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys => Philox.Words(block, TLanes.All(stream), keys).Joined;

    /// <summary>The same of two blocks per lane, drawn in step.</summary>
    /// <param name="block">Number of the first block.</param>
    /// <param name="other">Number of the second block.</param>
    /// <param name="keys">Of the seed.</param>
    /// <param name="otherHeads">Heads of the second block.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Bits128<TLanes> Heads<TLanes, TKeys>(TLanes block, TLanes other, TKeys keys, out Bits128<TLanes> otherHeads)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys
    {
        PhiloxWords<TLanes> words = Philox.Words(block, TLanes.All(stream), other, TLanes.All(stream), keys, out PhiloxWords<TLanes> otherWords);
        otherHeads = otherWords.Joined;
        return words.Joined;
    }

    /// <summary>The cells that a quad's events 0, 1 and 2 strike.</summary>
    /// <param name="head">The quad's head.</param>
    /// <param name="words">Its block 0.</param>
    /// <param name="survival">s(2): all that later events need to know.</param>
    /// <param name="unfinished">A bit per lane: whether event 2 has happened, so that more may have.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes FirstThree<TLanes>(TLanes head, PhiloxWords<TLanes> words, out TLanes survival, out uint unfinished)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes number = TLanes.JoinLowHalves(words.Word0, head);
        TLanes struck = TLanes.WhereBelow(number, TLanes.All(below), CellOf(words.Word0));
        survival = ~TLanes.ShiftDown(number, 8);
        struck |= Next(words.Word1, ref survival);
        struck |= Next(words.Word2, ref survival);
        unfinished = TLanes.Below(TLanes.All(least - 1), survival);
        return struck;
    }

    /// <summary>The cells that all events of a quad strike.</summary>
    /// <param name="quad">Number of the quad.</param>
    /// <param name="head">Its head.</param>
    /// <param name="keys">Of the seed.</param>
    /// <param name="directions">In bits 0 to 31 which cells are stuck at 1 if they are stuck; above them anything.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes At<TLanes, TKeys>(TLanes quad, TLanes head, TKeys keys, out TLanes directions)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys
    {
        PhiloxWords<TLanes> words = Block(quad, 0, keys);
        directions = words.Word3;
        TLanes struck = FirstThree(head, words, out TLanes survival, out uint unfinished);
        for (uint block = 1; unfinished != 0; block++) struck |= NextThree(Block(quad, block, keys), ref survival, out unfinished);
        return struck;
    }

    /// <summary>The same where most quads have more than two events: blocks 0 and 1 are drawn in step.</summary>
    /// <param name="quad">Number of the quad.</param>
    /// <param name="head">Its head.</param>
    /// <param name="keys">Of the seed.</param>
    /// <param name="directions">In bits 0 to 31 which cells are stuck at 1 if they are stuck; above them anything.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes AtMany<TLanes, TKeys>(TLanes quad, TLanes head, TKeys keys, out TLanes directions)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys
    {
        PhiloxWords<TLanes> words = Blocks(quad, 0, quad, 1, keys, out PhiloxWords<TLanes> nextWords);
        directions = words.Word3;
        TLanes struck = FirstThree(head, words, out TLanes survival, out _) | NextThree(nextWords, ref survival, out uint unfinished);
        for (uint block = 2; unfinished != 0; block++) struck |= NextThree(Block(quad, block, keys), ref survival, out unfinished);
        return struck;
    }

    /// <summary>Block i of a quad.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PhiloxWords<TLanes> Block<TLanes, TKeys>(TLanes quad, uint i, TKeys keys)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys => Philox.Words(quad, TLanes.All(stream + 1 + i), keys);

    /// <summary>Block i of a quad, and block <paramref name="otherI"/> of another one, drawn in step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PhiloxWords<TLanes> Blocks<TLanes, TKeys>(TLanes quad, uint i, TLanes other, uint otherI, TKeys keys, out PhiloxWords<TLanes> otherWords)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys => Philox.Words(quad, TLanes.All(stream + 1 + i), other, TLanes.All(stream + 1 + otherI), keys, out otherWords);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes NextThree<TLanes>(PhiloxWords<TLanes> words, ref TLanes survival, out uint unfinished)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes struck = Next(words.Word0, ref survival);
        struck |= Next(words.Word1, ref survival);
        struck |= Next(words.Word2, ref survival);
        unfinished = TLanes.Below(TLanes.All(least - 1), survival);
        return struck;
    }

    /// <summary>The cell that the next event strikes, if it has happened.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes Next<TLanes>(TLanes factor, ref TLanes survival)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        survival = TLanes.HighHalf(TLanes.LowHalfProduct(survival, factor));
        return TLanes.WhereBelow(TLanes.All(least - 1), survival, CellOf(factor));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes CellOf<TLanes>(TLanes factor)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.PowerOfTwo(factor & TLanes.All(31));
}
