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
internal readonly struct DrawnCells(in FaultCells cells)
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
    public long GroupOf(long index)
    {
        // Few tensors go around the end of the memory, and a GPU divides 64 bits slowly.
        long group = firstGroup + index;
        return group < groups ? group : group % groups;
    }

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

    /// <summary>The cells of a group that are in sets.</summary>
    public Bits128<ScalarLane> InSets<TKeys>(long number, TKeys keys)
        where TKeys : unmanaged, IPhiloxKeys
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
