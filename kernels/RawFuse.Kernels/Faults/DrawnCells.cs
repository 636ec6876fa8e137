using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Faulty cells drawn from a seed. At threshold t, a rate of t / 2^32, a cell of group g is faulty
/// <list type="bullet">
/// <item>when an event of its quad has struck it at the threshold min(t, M), M = (2^32 - 1) / 17 (<see cref="DrawnQuads"/>);</item>
/// <item>or, above M, when it is in the <see cref="DrawnSet"/> of counter g at floor((17 t - 2^32) / 16);</item>
/// <item>or when it lies in a faulty row or column: sets of their own.</item>
/// </list>
/// Where a stuck cell is stuck is said by its quad, whatever made it faulty.
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

    // Within a stream, apart from the numbers that quads use.
    private const ulong SetPart = 1UL << 31;

    private readonly ulong seed = cells.Seed;
    private readonly ulong flip = cells.Model == FaultModel.Flip ? ulong.MaxValue : 0;
    private readonly long firstGroup = cells.FirstGroup;
    private readonly long groups = cells.Groups;
    private readonly DrawnQuads quads = new(Math.Min(cells.Threshold, DrawnQuads.MaximumThreshold), cells.Stream);
    private readonly DrawnSet single = new(SetThreshold(cells.Threshold), cells.Stream | SetPart);
    private readonly DrawnSet rows = new(cells.RowThreshold, RowStream);
    private readonly DrawnSet columns = new(cells.ColumnThreshold, ColumnStream);
    private readonly int rowGroups = cells.RowGroups;
    private readonly int bankRows = cells.BankRows;

    /// <summary>The seed.</summary>
    public ulong Seed => seed;

    /// <summary>Groups in the memory.</summary>
    public long Groups => groups;

    /// <summary>Cells that events strike.</summary>
    public DrawnQuads Quads => quads;

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

    /// <summary>What faulty cells of a quad do.</summary>
    /// <param name="faulty">Which are faulty, in bits 0 to 31; 0 above.</param>
    /// <param name="directions">Which are stuck at 1 if they are stuck, in bits 0 to 31; above them anything.</param>
    /// <param name="toggle">The bits that cells toggle.</param>
    /// <returns>The bits that cells do not keep.</returns>
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
        long group = GroupOf(index);
        var keys = new PhiloxKey(seed);
        Bits128<ScalarLane> inSets = InSets(group, keys), block = quads.Heads(new ScalarLane((ulong)group / 4), keys);

        // The heads of this group's quads are 4 bytes of that block.
        ulong heads = ((group & 2) == 0 ? block.Low.Value : block.High.Value) >> (32 * (int)(group & 1));
        ulong lossLow = 0, lossHigh = 0, toggleLow = 0, toggleHigh = 0;
        for (int quad = Next(-1, heads, inSets); quad < FaultCells.GroupQuads; quad = Next(quad, heads, inSets))
        {
            var number = new ScalarLane(((ulong)group * FaultCells.GroupQuads) + (ulong)quad);
            ScalarLane struck = quads.At(number, new ScalarLane(HeadOf(heads, quad)), keys, out ScalarLane directions);
            ulong loss = LossOf(struck | new ScalarLane(QuadOf(inSets, quad)), directions, out ScalarLane toggle).Value;
            int shift = 32 * (quad & 1);
            if (quad < 2)
            {
                lossLow |= loss << shift;
                toggleLow |= toggle.Value << shift;
            }
            else
            {
                lossHigh |= loss << shift;
                toggleHigh |= toggle.Value << shift;
            }
        }

        return new GroupFaults<ScalarLane>(
            new Bits128<ScalarLane>(new ScalarLane(~lossLow), new ScalarLane(~lossHigh)),
            new Bits128<ScalarLane>(new ScalarLane(toggleLow), new ScalarLane(toggleHigh)));
    }

    /// <summary>The next quad that may have faulty cells. A loop by itself, so that the threads of a GPU draw together once all have found theirs.</summary>
    private int Next(int quad, ulong heads, Bits128<ScalarLane> inSets)
    {
        do quad++;
        while (quad < FaultCells.GroupQuads && HeadOf(heads, quad) >= (ulong)quads.HeadLimit && QuadOf(inSets, quad) == 0);
        return quad;
    }

    private static ulong HeadOf(ulong heads, int quad) => (heads >> (8 * quad)) & 0xFF;

    private static ulong QuadOf(Bits128<ScalarLane> bits, int quad) => (uint)((quad < 2 ? bits.Low.Value : bits.High.Value) >> (32 * (quad & 1)));

    private Bits128<ScalarLane> InSets(long number, PhiloxKey keys)
    {
        Bits128<ScalarLane> inSets = single.At(new ScalarLane((ulong)number), keys);
        if (!HasLines) return inSets;
        Bits128<ScalarLane> column = columns.At(new ScalarLane((ulong)ColumnsOf(number)), keys);
        var row = new ScalarLane(IsIn(RowsAt(RowsOf(number), keys), number));
        return new Bits128<ScalarLane>(inSets.Low | column.Low | row, inSets.High | column.High | row);
    }

    private static ulong SetThreshold(ulong threshold) => threshold <= DrawnQuads.MaximumThreshold ? 0 : ((17 * threshold) - (1UL << 32)) / 16;

    private long RowOf(long group) => group / rowGroups;
}
