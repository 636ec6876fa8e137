namespace RawFuse.Kernels;

/// <summary>
/// A memory of faulty cells and the place a tensor has in it. Cells come in <em>groups</em> of 128, 16 bytes: bit j of
/// byte k is cell 8k + j. Bytes 16k..16k+15 of the tensor lie in one group. What a cell does depends on the cell alone,
/// never on what is stored in it, so a fault shows wherever the cell is used again.
/// </summary>
public readonly record struct FaultCells
{
    /// <summary>Bytes in a group.</summary>
    public const int GroupBytes = 16;

    /// <summary>Seed of drawn cells.</summary>
    public ulong Seed { get; private init; }

    /// <summary>A drawn cell is faulty when its 32-bit uniform number is below this, 0 to 2^32.</summary>
    public ulong Threshold { get; private init; }

    /// <summary>What drawn cells do.</summary>
    public FaultModel Model { get; private init; }

    /// <summary>Number of the group that holds the tensor's first byte.</summary>
    public long FirstGroup { get; private init; }

    /// <summary>Groups in the memory; behind the last one comes the first one again.</summary>
    public long Groups { get; private init; }

    /// <summary>How many times in a row each group of a map is used.</summary>
    public int Repeat { get; private init; }

    /// <summary>Map of the bits that cells keep; null when cells are drawn.</summary>
    public Storage<byte>? Keep { get; private init; }

    /// <summary>Map of the bits that cells toggle after that; null when cells are drawn.</summary>
    public Storage<byte>? Toggle { get; private init; }

    /// <summary>
    /// Cells drawn independently, without a stored map. They nest: at a larger error rate the same seed has the same
    /// faulty cells, with the same directions, and more.
    /// </summary>
    /// <param name="seed">The chip.</param>
    /// <param name="bitErrorRate">Probability that a cell is faulty, 0 to 1; taken to the nearest multiple of 2^-32.</param>
    /// <param name="model">What faulty cells do.</param>
    /// <param name="firstGroup">Group of the tensor's first byte, at least 0.</param>
    /// <param name="groups">Groups in the memory, at least 1.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static FaultCells Drawn(ulong seed, double bitErrorRate, FaultModel model, long firstGroup = 0, long groups = long.MaxValue)
    {
        if (!(bitErrorRate >= 0 && bitErrorRate <= 1))
            throw new ArgumentOutOfRangeException(nameof(bitErrorRate), bitErrorRate, "A bit error rate lies between 0 and 1.");
        if (model is not (FaultModel.StuckAt or FaultModel.Flip)) throw new ArgumentOutOfRangeException(nameof(model), model, "Unknown fault model.");
        return new FaultCells
        {
            Seed = seed,
            Threshold = (ulong)Math.Round(bitErrorRate * (1UL << 32)),
            Model = model,
            FirstGroup = Place(firstGroup, groups),
            Groups = groups,
            Repeat = 1,
        };
    }

    /// <summary>Cells read from a map: a byte w comes back as (w &amp; keep) ^ toggle.</summary>
    /// <param name="keep">[groups, 16] bits that cells keep.</param>
    /// <param name="toggle">[groups, 16] bits that cells toggle after that.</param>
    /// <param name="repeat">How many times in a row each group is used, at least 1.</param>
    /// <param name="firstGroup">Group of the tensor's first byte, at least 0.</param>
    /// <exception cref="ArgumentException">The maps differ in length or are not made of whole groups, or a number is out of its range.</exception>
    public static FaultCells Mapped(Storage<byte> keep, Storage<byte> toggle, int repeat = 1, long firstGroup = 0)
    {
        if (keep.Length != toggle.Length || keep.Length == 0 || keep.Length % GroupBytes != 0)
            throw new ArgumentException($"A fault map is two equal buffers of whole groups of {GroupBytes} bytes, not {keep.Length} and {toggle.Length} bytes.");
        ArgumentOutOfRangeException.ThrowIfLessThan(repeat, 1);
        long groups = keep.Length / GroupBytes;
        return new FaultCells { Keep = keep, Toggle = toggle, Repeat = repeat, FirstGroup = Place(firstGroup, groups), Groups = groups };
    }

    /// <summary>The same memory, for a tensor at another place in it.</summary>
    /// <param name="firstGroup">Group of the tensor's first byte, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public FaultCells At(long firstGroup) => this with { FirstGroup = Place(firstGroup, Groups) };

    /// <summary>Groups that hold so many bytes.</summary>
    internal static int GroupsOf(int bytes) => (int)((bytes + GroupBytes - 1L) / GroupBytes);

    private static long Place(long firstGroup, long groups)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstGroup);
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        return firstGroup % groups;
    }
}
