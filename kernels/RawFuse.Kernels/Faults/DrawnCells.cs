using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Faulty cells drawn from a seed: those of group g are the <see cref="DrawnSet"/> of counter g, together with those of the
/// faulty rows and columns that cross it. Bit c of the block (g, 0, stream 1) says where a stuck cell is stuck.
/// </summary>
internal readonly struct DrawnCells(in FaultCells cells) : IGroupSource
{
    private const ulong DirectionStream = 1UL << 32;
    private const ulong RowStream = 3UL << 32;
    private const ulong ColumnStream = 4UL << 32;

    private readonly ulong seed = cells.Seed;
    private readonly int flip = cells.Model == FaultModel.Flip ? 1 : 0;
    private readonly long firstGroup = cells.FirstGroup;
    private readonly long groups = cells.Groups;
    private readonly DrawnSet single = new(cells.Seed, cells.Threshold, cells.Stream);
    private readonly DrawnSet rows = new(cells.Seed, cells.RowThreshold, RowStream);
    private readonly DrawnSet columns = new(cells.Seed, cells.ColumnThreshold, ColumnStream);
    private readonly int rowGroups = cells.RowGroups;
    private readonly int bankRows = cells.BankRows;

    /// <summary>Groups in the memory.</summary>
    public long Groups => groups;

    /// <summary>Cells that fail each on its own.</summary>
    public DrawnSet Single => single;

    /// <summary>Columns that fail as a whole: 128 columns of one bank to a counter.</summary>
    public DrawnSet Columns => columns;

    /// <summary>Whether whole rows or columns can fail.</summary>
    public bool HasLines => !rows.IsEmpty || !columns.IsEmpty;

    /// <summary>Number of the group that bytes 16*index.. of the tensor lie in.</summary>
    public long GroupOf(long index) => (firstGroup + index) % groups;

    /// <summary>Counter of the columns that cross a group.</summary>
    public long ColumnsOf(long group) => (RowOf(group) / bankRows * rowGroups) + (group % rowGroups);

    /// <summary>Counter of the 128 rows among which a group's row is.</summary>
    public long RowsOf(long group) => RowOf(group) / 128;

    /// <summary>Those of 128 rows that fail.</summary>
    public Bits128<ScalarLane> RowsAt(long counter) => rows.At(new ScalarLane((ulong)counter));

    /// <summary>All ones when the row of a group is among those that fail.</summary>
    public ulong IsIn(Bits128<ScalarLane> failing, long group)
    {
        int row = (int)(RowOf(group) % 128);
        ulong word = row < 64 ? failing.Low.Value : failing.High.Value;
        return 0 - ((word >> (row & 63)) & 1);
    }

    /// <inheritdoc/>
    public GroupFaults<ScalarLane> At(long index)
    {
        long number = GroupOf(index);
        var group = new ScalarLane((ulong)number);
        Bits128<ScalarLane> faulty = single.At(group);
        if (HasLines)
        {
            Bits128<ScalarLane> column = columns.At(new ScalarLane((ulong)ColumnsOf(number)));
            var row = new ScalarLane(IsIn(RowsAt(RowsOf(number)), number));
            faulty = new Bits128<ScalarLane>(faulty.Low | column.Low | row, faulty.High | column.High | row);
        }

        return Direct(group, faulty);
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

    private long RowOf(long group) => group / rowGroups;
}
