using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Faulty cells drawn from a seed. At threshold t, a rate of t / 2^32, a cell of group g is faulty
/// <list type="bullet">
/// <item>when an event of its octet has struck it at the threshold min(t, M), M = (2^32 - 1) / 17 (<see cref="DrawnOctets"/>);</item>
/// <item>or, above M, when it is in the <see cref="DrawnSet"/> of counter g at floor((17 t - 2^32) / 16);</item>
/// <item>or when it lies in a faulty row or column: sets of their own.</item>
/// </list>
/// Where a stuck cell is stuck does not depend on what made it faulty: cell j of octet k is stuck at 1 when bit j is set of the octet's block 0's word 3,
/// or, where the octet's head is such that no event can ever strike it, of byte k of the block (g, stream + 1).
/// </summary>
/// <remarks>
/// Above M a cell that events spare, with probability 16/17, is in the set with probability (17 p - 1) / 16, independently: it stays sound with
/// probability 16/17 (1 - (17 p - 1) / 16) = 1 - p. Both parts grow with t, so faults nest, up to t = 2^32, where the set has all cells. (With a 17th,
/// dividing is shifting, and rates like 1/2 make thresholds of few bits, which are soon compared.)
/// </remarks>
internal readonly struct DrawnCells(in FaultCells cells) : IGroupSource
{
    private const ulong RowStream = 3UL << 32;
    private const ulong ColumnStream = 4UL << 32;

    // Within a stream: heads have part 0 and octets parts from 16 on.
    private const ulong DirectionPart = 1;
    private const ulong SetPart = 1UL << 31;

    private readonly ulong seed = cells.Seed;
    private readonly ulong flip = cells.Model == FaultModel.Flip ? ulong.MaxValue : 0;
    private readonly ulong stream = cells.Stream;
    private readonly long firstGroup = cells.FirstGroup;
    private readonly long groups = cells.Groups;
    private readonly DrawnOctets octets = new(Math.Min(cells.Threshold, DrawnOctets.MaximumThreshold), cells.Stream);
    private readonly DrawnSet single = new(SetThreshold(cells.Threshold), cells.Stream | SetPart);
    private readonly DrawnSet rows = new(cells.RowThreshold, RowStream);
    private readonly DrawnSet columns = new(cells.ColumnThreshold, ColumnStream);
    private readonly int rowGroups = cells.RowGroups;
    private readonly int bankRows = cells.BankRows;

    /// <summary>The seed.</summary>
    public ulong Seed => seed;

    /// <summary>All ones when faulty cells flip, 0 when they are stuck.</summary>
    public ulong Flip => flip;

    /// <summary>Groups in the memory.</summary>
    public long Groups => groups;

    /// <summary>Upper half of the counters of blocks of heads: byte k is octet k's.</summary>
    public ulong HeadCounter => stream;

    /// <summary>Upper half of the counters of blocks of directions: byte k is for octet k.</summary>
    public ulong DirectionCounter => stream + DirectionPart;

    /// <summary>Cells that events strike.</summary>
    public DrawnOctets Octets => octets;

    /// <summary>Cells that fail each on its own at higher rates.</summary>
    public DrawnSet Single => single;

    /// <summary>Columns that fail as a whole: 128 columns of one bank to a counter.</summary>
    public DrawnSet Columns => columns;

    /// <summary>Whether whole rows or columns can fail.</summary>
    public bool HasLines => !rows.IsEmpty || !columns.IsEmpty;

    /// <summary>Whether cells can fail that events do not strike.</summary>
    public bool HasSets => !single.IsEmpty || HasLines;

    /// <summary>Number of the group that bytes 16*index.. of the tensor lie in.</summary>
    public long GroupOf(long index) => (firstGroup + index) % groups;

    /// <summary>Counter of the columns that cross a group.</summary>
    public long ColumnsOf(long group) => (RowOf(group) / bankRows * rowGroups) + (group % rowGroups);

    /// <summary>Counter of the 128 rows among which a group's row is.</summary>
    public long RowsOf(long group) => RowOf(group) / 128;

    /// <summary>Those of 128 rows that fail.</summary>
    public Bits128<ScalarLane> RowsAt<TKeys>(long counter, TKeys keys)
        where TKeys : unmanaged, IPhiloxKeys => rows.At(new ScalarLane((ulong)counter), keys);

    /// <summary>All ones when the row of a group is among those that fail.</summary>
    public ulong IsIn(Bits128<ScalarLane> failing, long group)
    {
        int row = (int)(RowOf(group) % 128);
        ulong word = row < 64 ? failing.Low.Value : failing.High.Value;
        return 0 - ((word >> (row & 63)) & 1);
    }

    /// <summary>What faulty cells of an octet do.</summary>
    /// <param name="faulty">Which are faulty, in bits 0 to 7; above them anything.</param>
    /// <param name="directions">Which are stuck at 1 if they are stuck, in bits 0 to 7; above them anything.</param>
    /// <param name="toggle">In bits 0 to 7 the bits that cells toggle; above them anything.</param>
    /// <returns>In bits 0 to 7 the bits that cells do not keep; above them anything.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes LossOf<TLanes>(TLanes faulty, TLanes directions, out TLanes toggle)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        toggle = faulty & (directions | TLanes.All(flip));
        return faulty & TLanes.All(~flip);
    }

    /// <inheritdoc/>
    public GroupFaults<ScalarLane> At(long index)
    {
        long number = GroupOf(index);
        var group = new ScalarLane((ulong)number);
        var keys = new PhiloxKey(seed);
        Bits128<ScalarLane> heads = Philox.Block(group, new ScalarLane(HeadCounter), keys), faulty = InSets(number, keys), directions = faulty;
        if (!ScalarLane.IsZero(faulty.Low | faulty.High) && flip == 0) directions = Philox.Block(group, new ScalarLane(DirectionCounter), keys);
        ulong struckLow = 0, struckHigh = 0, ownLow = 0, ownHigh = 0, hasOwnLow = 0, hasOwnHigh = 0;
        for (int octet = Next(-1, heads, faulty); octet < FaultCells.GroupBytes; octet = Next(octet, heads, faulty))
        {
            ScalarLane struck = octets.At(group, new ScalarLane((ulong)octet), new ScalarLane(ByteOf(heads, octet)), keys, out ScalarLane own);
            int shift = 8 * (octet & 7);
            ulong struckByte = (struck.Value & 0xFF) << shift, ownByte = (own.Value & 0xFF) << shift, hasOwn = 0xFFUL << shift;
            if (octet < 8)
            {
                struckLow |= struckByte;
                ownLow |= ownByte;
                hasOwnLow |= hasOwn;
            }
            else
            {
                struckHigh |= struckByte;
                ownHigh |= ownByte;
                hasOwnHigh |= hasOwn;
            }
        }

        ScalarLane lossLow = LossOf(
            faulty.Low | new ScalarLane(struckLow), (directions.Low & new ScalarLane(~hasOwnLow)) | new ScalarLane(ownLow), out ScalarLane toggleLow);
        ScalarLane lossHigh = LossOf(
            faulty.High | new ScalarLane(struckHigh), (directions.High & new ScalarLane(~hasOwnHigh)) | new ScalarLane(ownHigh), out ScalarLane toggleHigh);
        return new GroupFaults<ScalarLane>(new Bits128<ScalarLane>(~lossLow, ~lossHigh), new Bits128<ScalarLane>(toggleLow, toggleHigh));
    }

    /// <summary>
    /// The next octet whose block 0 is needed: it may have an event, or has faulty cells and a direction of its own. A loop by itself, so that the threads of
    /// a GPU draw together once all have found theirs.
    /// </summary>
    private int Next(int octet, Bits128<ScalarLane> heads, Bits128<ScalarLane> inSets)
    {
        do octet++;
        while (octet < FaultCells.GroupBytes && !IsDrawn(ByteOf(heads, octet), ByteOf(inSets, octet)));
        return octet;
    }

    private bool IsDrawn(ulong head, ulong inSets) => head < (ulong)octets.HeadLimit || (inSets != 0 && head < DrawnOctets.Heads && flip == 0);

    private Bits128<ScalarLane> InSets(long number, PhiloxKey keys)
    {
        Bits128<ScalarLane> inSets = single.At(new ScalarLane((ulong)number), keys);
        if (!HasLines) return inSets;
        Bits128<ScalarLane> column = columns.At(new ScalarLane((ulong)ColumnsOf(number)), keys);
        var row = new ScalarLane(IsIn(RowsAt(RowsOf(number), keys), number));
        return new Bits128<ScalarLane>(inSets.Low | column.Low | row, inSets.High | column.High | row);
    }

    private static ulong ByteOf(Bits128<ScalarLane> bits, int octet) => ((octet < 8 ? bits.Low.Value : bits.High.Value) >> (8 * (octet & 7))) & 0xFF;

    private static ulong SetThreshold(ulong threshold) => threshold <= DrawnOctets.MaximumThreshold ? 0 : ((17 * threshold) - (1UL << 32)) / 16;

    private long RowOf(long group) => group / rowGroups;
}
