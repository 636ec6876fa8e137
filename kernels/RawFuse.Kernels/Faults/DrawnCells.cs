using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Faulty cells drawn from a seed. A cell of group g is faulty at threshold t, a rate of t / 2^32,
/// <list type="bullet">
/// <item>when <see cref="DrawnOctets"/> says so at min(t, M), M = 2^29;</item>
/// <item>or, above M, when it is in the <see cref="DrawnSet"/> of counter g at floor(8 (t - M) / 7);</item>
/// <item>or when its row or column is faulty: sets of their own.</item>
/// </list>
/// Where a stuck cell is stuck is always said by its octet, whatever made it faulty.
/// </summary>
/// <remarks>
/// Above M a cell that the octets leave sound, with probability 7/8, is faulty with 8 (p - 1/8) / 7, independently: together
/// 1 - 7/8 (1 - 8 (p - 1/8) / 7) = p. Both parts grow with t, so faults nest, and nothing about a cell's direction depends on t.
/// </remarks>
internal readonly struct DrawnCells(in FaultCells cells) : IGroupSource
{
    private const ulong RowStream = 3UL << 32;
    private const ulong ColumnStream = 4UL << 32;

    /// <summary>Apart from the numbers that octets use.</summary>
    private const ulong DensePart = 1UL << 31;

    private readonly ulong flip = cells.Model == FaultModel.Flip ? ulong.MaxValue : 0;
    private readonly ulong seed = cells.Seed;
    private readonly long firstGroup = cells.FirstGroup;
    private readonly long groups = cells.Groups;
    private readonly DrawnOctets octets = new(Math.Min(cells.Threshold, DrawnOctets.MaximumThreshold), cells.Stream);
    private readonly DrawnSet dense = new(DenseThreshold(cells.Threshold), cells.Stream | DensePart);
    private readonly DrawnSet rows = new(cells.RowThreshold, RowStream);
    private readonly DrawnSet columns = new(cells.ColumnThreshold, ColumnStream);
    private readonly int rowGroups = cells.RowGroups;
    private readonly int bankRows = cells.BankRows;

    /// <summary>The seed.</summary>
    public ulong Seed => seed;

    /// <summary>Groups in the memory.</summary>
    public long Groups => groups;

    /// <summary>Cells that fail each on its own, up to a rate of 1/8.</summary>
    public DrawnOctets Octets => octets;

    /// <summary>Cells that fail each on its own, what a larger rate adds.</summary>
    public DrawnSet Dense => dense;

    /// <summary>Columns that fail as a whole: 128 columns of one bank to a counter.</summary>
    public DrawnSet Columns => columns;

    /// <summary>Whether whole rows or columns can fail.</summary>
    public bool HasLines => !rows.IsEmpty || !columns.IsEmpty;

    /// <summary>Whether cells can fail that octets do not tell of.</summary>
    public bool HasMore => !dense.IsEmpty || HasLines;

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
    /// <param name="faulty">Which are faulty, in bits 0 to 7; 0 above.</param>
    /// <param name="directions">Which are stuck at 1 if they are stuck, in bits 0 to 7; above them anything.</param>
    /// <param name="toggle">In bits 0 to 7 the bits that cells toggle; 0 above.</param>
    /// <returns>In bits 0 to 7 the bits that cells do not keep; 0 above.</returns>
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
        Bits128<ScalarLane> more = MoreAt(number, keys), heads = octets.Heads(group, keys);
        ulong lossLow = 0, lossHigh = 0, toggleLow = 0, toggleHigh = 0;
        for (int octet = Next(-1, heads, more); octet < 16; octet = Next(octet, heads, more))
        {
            ScalarLane faulty = octets.At(group, new ScalarLane((ulong)octet), new ScalarLane(ByteOf(heads, octet)), keys, out ScalarLane directions);
            ScalarLane loss = LossOf(faulty | new ScalarLane(ByteOf(more, octet)), directions, out ScalarLane toggle);
            int shift = 8 * (octet & 7);
            if (octet < 8)
            {
                lossLow |= loss.Value << shift;
                toggleLow |= toggle.Value << shift;
            }
            else
            {
                lossHigh |= loss.Value << shift;
                toggleHigh |= toggle.Value << shift;
            }
        }

        return new GroupFaults<ScalarLane>(
            new Bits128<ScalarLane>(new ScalarLane(~lossLow), new ScalarLane(~lossHigh)),
            new Bits128<ScalarLane>(new ScalarLane(toggleLow), new ScalarLane(toggleHigh)));
    }

    /// <summary>The next octet that may have faulty cells. A loop of its own, so that the threads of a GPU draw together once all have found theirs.</summary>
    private int Next(int octet, Bits128<ScalarLane> heads, Bits128<ScalarLane> more)
    {
        do octet++;
        while (octet < 16 && ByteOf(heads, octet) >= (ulong)octets.HeadLimit && ByteOf(more, octet) == 0);
        return octet;
    }

    private Bits128<ScalarLane> MoreAt(long number, PhiloxKey keys)
    {
        Bits128<ScalarLane> more = dense.At(new ScalarLane((ulong)number), keys);
        if (!HasLines) return more;
        Bits128<ScalarLane> column = columns.At(new ScalarLane((ulong)ColumnsOf(number)), keys);
        var row = new ScalarLane(IsIn(RowsAt(RowsOf(number), keys), number));
        return new Bits128<ScalarLane>(more.Low | column.Low | row, more.High | column.High | row);
    }

    private static ulong ByteOf(Bits128<ScalarLane> bits, int octet) => ((octet < 8 ? bits.Low.Value : bits.High.Value) >> (8 * (octet & 7))) & 0xFF;

    private static ulong DenseThreshold(ulong threshold) =>
        threshold <= DrawnOctets.MaximumThreshold ? 0 : 8 * (threshold - DrawnOctets.MaximumThreshold) / 7;

    private long RowOf(long group) => group / rowGroups;
}
