namespace RawFuse.Kernels;

/// <summary>
/// A memory of faulty cells and the place a tensor has in it. Cells come in <em>groups</em> of 128, 16 bytes: bit j of
/// byte k is cell 8k + j. What a cell does depends on the cell alone, never on what is stored in it, so a fault shows
/// wherever the cell is used again. A weight has 8 cells unless <see cref="Of"/> says otherwise, and bit j of it lies in
/// its j-th cell. Weights lie back to back: those with 8 cells, 16 to a group.
/// </summary>
/// <remarks>
/// From cells to the bytes that kernels work on: groups are drawn (<see cref="DrawnCells"/>) or read from a map, and are those bytes where weights have 8 exposed cells. Other
/// weights are fields cut out of groups, or words in the rows of a map. "Runs" list for a CPU's thread the faulty ones among up to 2048 (<see cref="IFaultRuns"/>, picked by
/// <see cref="CpuFaults"/>): <see cref="DrawnRuns{TLanes}"/>, <see cref="MappedRuns"/>, <see cref="WordRuns"/>, and <see cref="FieldRuns{TRuns}"/> of the first two. "Tiles"
/// tell a group of a GPU's threads what up to 4096 do (<see cref="IFaultTiles"/>, picked by <see cref="GpuFaults"/>): <see cref="DrawnTiles"/>, <see cref="MappedTiles"/>,
/// <see cref="WordTiles"/>; <see cref="FaultTile"/> cuts the fields out.
/// </remarks>
public readonly record struct FaultCells
{
    /// <summary>Bytes in a group.</summary>
    public const int GroupBytes = 16;

    /// <summary>Quads, of 4 bytes, in a group.</summary>
    internal const int GroupQuads = GroupBytes / QuadBytes;

    /// <summary>Bytes in a quad.</summary>
    internal const int QuadBytes = 4;

    /// <summary>The largest number of an access: above the block's number and the stream's, 29 bits of the counter are left.</summary>
    public const long MaximumAccess = (1L << 29) - 1;

    /// <summary>The largest memory: a group's number and a tensor's length add up in 64 bits.</summary>
    public const long MaximumGroups = 1L << 62;

    /// <summary>The sign bit of a byte.</summary>
    internal const byte HighestBit = 0x80;

    /// <summary>Seed of drawn cells.</summary>
    public ulong Seed { get; private init; }

    /// <summary>2^32 times the probability that a drawn cell is faulty, 0 to 2^32.</summary>
    public ulong Threshold { get; private init; }

    /// <summary>What drawn cells do.</summary>
    public FaultModel Model { get; private init; }

    /// <summary>Number of the group that holds the tensor's first weight.</summary>
    public long FirstGroup { get; private init; }

    /// <summary>Groups in the memory, or rows of a map; behind the last one comes the first one again.</summary>
    public long Groups { get; private init; }

    /// <summary>How many times in a row each group, or row, of a map is used.</summary>
    public int Repeat { get; private init; }

    /// <summary>Map of the bits that cells keep; null when cells are drawn.</summary>
    public Storage<byte>? Keep { get; private init; }

    /// <summary>Map of the bits that cells toggle after that; null when cells are drawn.</summary>
    public Storage<byte>? Toggle { get; private init; }

    /// <summary>Cells of a weight, 2 to 8.</summary>
    public int Bits { get; private init; }

    /// <summary>The bits of a weight whose cells can be faulty.</summary>
    public byte Exposed { get; private init; }

    /// <summary>A weight that is read gets the value of this bit in all bits above it.</summary>
    public byte SignBit { get; private init; }

    /// <summary>Upper half of the Philox counters of drawn cells; the low 32 bits are for the numbers of blocks.</summary>
    internal ulong Stream { get; private init; }

    /// <summary>A row is faulty when its number is below this.</summary>
    internal ulong RowThreshold { get; private init; }

    /// <summary>A column is faulty when its number is below this.</summary>
    internal ulong ColumnThreshold { get; private init; }

    /// <summary>Groups in a row of drawn cells.</summary>
    internal int RowGroups { get; private init; }

    /// <summary>Rows in a bank of drawn cells.</summary>
    internal int BankRows { get; private init; }

    /// <summary>Bytes in a row of a map that weights do not cross; 0 where rows do not matter.</summary>
    internal int RowBytes { get; private init; }

    /// <summary>Weights in a row of a map.</summary>
    internal int RowWeights => 8 * RowBytes / Bits;

    /// <summary>Whether weights lie in rows that are not simply groups.</summary>
    internal bool HasWords => RowBytes != 0 && !(RowBytes == GroupBytes && HasWholeBytes);

    /// <summary>Whether weights are bytes with 8 cells that can be faulty.</summary>
    internal bool HasWholeBytes => Bits == 8 && Exposed == byte.MaxValue;

    private static FaultCells Bytes => new() { Repeat = 1, Bits = 8, Exposed = byte.MaxValue, SignBit = HighestBit, RowGroups = 1, BankRows = 1 };

    /// <summary>
    /// Cells drawn independently, without a stored map. They nest: at a larger error rate the same seed has the same
    /// faulty cells, with the same directions, and more.
    /// </summary>
    /// <param name="seed">The chip.</param>
    /// <param name="bitErrorRate">Probability that a cell is faulty, 0 to 1; taken to the nearest multiple of 2^-32.</param>
    /// <param name="model">What faulty cells do.</param>
    /// <param name="firstGroup">Group of the tensor's first weight, at least 0.</param>
    /// <param name="groups">Groups in the memory, 1 to <see cref="MaximumGroups"/>.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static FaultCells Drawn(ulong seed, double bitErrorRate, FaultModel model, long firstGroup = 0, long groups = MaximumGroups)
    {
        if (model is not (FaultModel.StuckAt or FaultModel.Flip)) throw new ArgumentOutOfRangeException(nameof(model), model, "Unknown fault model.");
        return Bytes with
        {
            Seed = seed,
            Threshold = ThresholdOf(bitErrorRate, nameof(bitErrorRate)),
            Model = model,
            FirstGroup = Place(firstGroup, groups),
            Groups = groups,
        };
    }

    /// <summary>Cells that all flip once in a while: in each access with the same probability, independently of other accesses.</summary>
    /// <param name="seed">The chip.</param>
    /// <param name="flipRate">Probability that a cell flips, 0 to 1; taken to the nearest multiple of 2^-32.</param>
    /// <param name="access">Number of the access, 0 to <see cref="MaximumAccess"/>.</param>
    /// <param name="groups">Groups in the memory, 1 to <see cref="MaximumGroups"/>.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static FaultCells Transient(ulong seed, double flipRate, long access, long groups = MaximumGroups)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(access);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(access, MaximumAccess);
        return Drawn(seed, flipRate, FaultModel.Flip, groups: groups) with { Stream = (2UL << 32) | ((ulong)access << 35) };
    }

    /// <summary>Cells read from a map: a byte w comes back as (w &amp; keep) ^ toggle.</summary>
    /// <param name="keep">[groups, 16] bits that cells keep.</param>
    /// <param name="toggle">[groups, 16] bits that cells toggle after that.</param>
    /// <param name="repeat">How many times in a row each group is used, at least 1.</param>
    /// <param name="firstGroup">Group of the tensor's first weight, at least 0.</param>
    /// <exception cref="ArgumentException">The maps differ in length or are not made of whole groups, or a number is out of its range.</exception>
    public static FaultCells Mapped(Storage<byte> keep, Storage<byte> toggle, int repeat = 1, long firstGroup = 0) =>
        MappedRows(keep, toggle, GroupBytes, repeat) with { FirstGroup = Place(firstGroup, keep.Length / GroupBytes), RowBytes = 0 };

    /// <summary>
    /// Cells read from a map with rows that weights do not cross: each row holds as many whole weights as fit, and the cells
    /// behind them are not used.
    /// </summary>
    /// <param name="keep">[rows, row bytes] bits that cells keep.</param>
    /// <param name="toggle">[rows, row bytes] bits that cells toggle after that.</param>
    /// <param name="rowBytes">Bytes in a row, 1 to 2^28 - 1.</param>
    /// <param name="repeat">How many times in a row each row is used, at least 1.</param>
    /// <exception cref="ArgumentException">The maps differ in length or are not made of whole rows, or a number is out of its range.</exception>
    public static FaultCells MappedRows(Storage<byte> keep, Storage<byte> toggle, int rowBytes, int repeat = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowBytes, int.MaxValue / 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeat, 1);
        if (keep.Length != toggle.Length || keep.Length == 0 || keep.Length % rowBytes != 0)
            throw new ArgumentException($"A fault map is two equal buffers of whole rows of {rowBytes} bytes, not {keep.Length} and {toggle.Length} bytes.");
        return Bytes with { Keep = keep, Toggle = toggle, Repeat = repeat, Groups = keep.Length / rowBytes, RowBytes = rowBytes };
    }

    /// <summary>The same memory, for a tensor at another place in it.</summary>
    /// <param name="firstGroup">Group of the tensor's first weight (or row, where rows matter), at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public FaultCells At(long firstGroup) => this with { FirstGroup = Place(firstGroup, Groups) };

    /// <summary>The same memory, for other weights.</summary>
    /// <param name="bits">Cells of a weight, 2 to 8.</param>
    /// <param name="exposed">The bits of a weight whose cells can be faulty, among the lowest <paramref name="bits"/>.</param>
    /// <param name="isSigned">Whether a weight that is read gets the value of its highest cell in all bits above it.</param>
    /// <exception cref="ArgumentException">The number of cells is out of its range.</exception>
    public FaultCells Of(int bits, byte exposed = byte.MaxValue, bool isSigned = false)
    {
        if (bits is < 2 or > 8) throw new ArgumentOutOfRangeException(nameof(bits), bits, "Weights have 2 to 8 cells.");
        int low = (1 << bits) - 1;
        return this with { Bits = bits, Exposed = (byte)(exposed & low), SignBit = isSigned ? (byte)(1 << (bits - 1)) : HighestBit };
    }

    /// <summary>The same drawn cells, where whole rows and columns can be faulty too, by a draw of their own. They nest like single cells.</summary>
    /// <param name="rowRate">Probability that a row is faulty, 0 to 1.</param>
    /// <param name="columnRate">Probability that a column of a bank is faulty, 0 to 1.</param>
    /// <param name="rowGroups">Groups in a row, at least 1.</param>
    /// <param name="bankRows">Rows in a bank, at least 1.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The cells are read from a map.</exception>
    public FaultCells WithLines(double rowRate, double columnRate, int rowGroups, int bankRows)
    {
        if (Keep is not null) throw new InvalidOperationException("Cells that are read from a map have no lines to draw.");
        ArgumentOutOfRangeException.ThrowIfLessThan(rowGroups, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(bankRows, 1);
        return this with
        {
            RowThreshold = ThresholdOf(rowRate, nameof(rowRate)),
            ColumnThreshold = ThresholdOf(columnRate, nameof(columnRate)),
            RowGroups = rowGroups,
            BankRows = bankRows,
        };
    }

    /// <summary>Bytes of the maps, if any, that so many weights are read through.</summary>
    internal long MapBytes(long weights) => Keep is null ? 0 : 2 * Math.Min(Keep.Length, ((weights * Bits / 8) + Repeat - 1) / Repeat);

    /// <summary>Where the cells come from.</summary>
    internal string Describe() => Keep is null ? " drawn" : " mapped";

    /// <summary>Groups that hold so many bytes.</summary>
    internal static int GroupsOf(int bytes) => (int)((bytes + GroupBytes - 1L) / GroupBytes);

    private static ulong ThresholdOf(double rate, string name)
    {
        if (!(rate >= 0 && rate <= 1)) throw new ArgumentOutOfRangeException(name, rate, "An error rate lies between 0 and 1.");
        return (ulong)Math.Round(rate * (1UL << 32));
    }

    private static long Place(long firstGroup, long groups)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstGroup);
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(groups, MaximumGroups);
        return firstGroup % groups;
    }
}
