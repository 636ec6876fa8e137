using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>
/// A chip whose SRAM runs at a voltage too low for some of its cells. These values say all about it: the same chip can be
/// drawn again anywhere.
/// </summary>
public sealed record Chip
{
    /// <summary>Describes a chip whose faults are drawn.</summary>
    /// <param name="seed">Which chip; up to 2^32 - 2 with the maps of the reference implementation.</param>
    /// <param name="bitErrorRate">Probability that a cell is faulty on its own, 0 to 1.</param>
    /// <param name="model">What a faulty cell does.</param>
    /// <param name="mapping">Which cells a weight lies in.</param>
    /// <param name="geometry">Size of the memory, with <see cref="SramMapping.Physical"/> only; null for one as large as it takes.</param>
    /// <param name="options">More about the faults; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// A value is out of its range, a geometry is given with a mapping that has its own, or faulty rows or columns without one.
    /// </exception>
    public Chip(
        ulong seed, double bitErrorRate, FaultModel model = FaultModel.StuckAt, SramMapping mapping = SramMapping.Physical, SramGeometry? geometry = null,
        FaultOptions? options = null)
        : this(seed, mapping, options)
    {
        CheckRate(bitErrorRate, nameof(bitErrorRate));
        if (!Enum.IsDefined(model)) throw new ArgumentOutOfRangeException(nameof(model), model, "Unknown fault model.");
        if (mapping != SramMapping.Physical && seed >= uint.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(seed), seed, $"Chip {seed}: seeds of the reference implementation's maps go from 0 to {uint.MaxValue - 1}.");
        if (mapping != SramMapping.Physical && geometry is not null)
            throw new ArgumentException($"The {mapping} mapping has a geometry of its own.", nameof(geometry));
        if (geometry is null && (Options.RowRate > 0 || Options.ColumnRate > 0))
            throw new ArgumentException("Faulty rows and columns need the geometry of the SRAM.", nameof(geometry));
        BitErrorRate = bitErrorRate;
        Model = model;
        Geometry = geometry;
    }

    /// <summary>Describes a chip whose stuck cells are known.</summary>
    /// <param name="map">Its cells.</param>
    /// <param name="mapping">Which of them a weight lies in.</param>
    /// <param name="seed">Seed of transient faults.</param>
    /// <param name="options">More about the faults; null for the defaults. Rows and columns are in the map.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or rates of rows or columns are given.</exception>
    public Chip(FaultMap map, SramMapping mapping, ulong seed = 0, FaultOptions? options = null)
        : this(seed, mapping, options)
    {
        if (Options.RowRate > 0 || Options.ColumnRate > 0)
            throw new ArgumentException("Faulty rows and columns are drawn where cells are drawn, not on top of a map.", nameof(options));
        BitErrorRate = map.FaultyShare;
        Map = map;
    }

    private Chip(ulong seed, SramMapping mapping, FaultOptions? options)
    {
        if (!Enum.IsDefined(mapping)) throw new ArgumentOutOfRangeException(nameof(mapping), mapping, "Unknown mapping.");
        Options = options ?? new FaultOptions();
        if (Options.Cells is { } cells && !Enum.IsDefined(cells)) throw new ArgumentOutOfRangeException(nameof(options), cells, "Unknown cells of a weight.");
        CheckRate(Options.RowRate, nameof(Options.RowRate));
        CheckRate(Options.ColumnRate, nameof(Options.ColumnRate));
        CheckRate(Options.TransientRate, nameof(Options.TransientRate));
        Seed = seed;
        Mapping = mapping;
    }

    /// <summary>Which chip.</summary>
    public ulong Seed { get; }

    /// <summary>Probability that a cell is faulty on its own; the share of faulty cells of a known map.</summary>
    public double BitErrorRate { get; }

    /// <summary>What a faulty cell does.</summary>
    public FaultModel Model { get; }

    /// <summary>Which cells a weight lies in.</summary>
    public SramMapping Mapping { get; }

    /// <summary>Size of the memory, or null.</summary>
    public SramGeometry? Geometry { get; }

    /// <summary>The known stuck cells; null where they are drawn.</summary>
    public FaultMap? Map { get; }

    /// <summary>More about the faults.</summary>
    public FaultOptions Options { get; }

    /// <summary>Which cells a weight of fewer than 8 bits has.</summary>
    public WeightCells Cells => Options.Cells ?? (Mapping == SramMapping.Physical ? WeightCells.Packed : WeightCells.LowBits);

    /// <summary>Probability that a cell is faulty, be it on its own or with its row or column.</summary>
    public double CellErrorRate
    {
        get
        {
            // In this form a chip without faulty rows and columns has its bit error rate, to the last digit.
            double lines = Options.RowRate + ((1 - Options.RowRate) * Options.ColumnRate);
            return BitErrorRate + ((1 - BitErrorRate) * lines);
        }
    }

    /// <summary>Another chip of the same kind.</summary>
    /// <param name="seed">Which.</param>
    /// <exception cref="ArgumentException">The seed is out of the mapping's range.</exception>
    public Chip WithSeed(ulong seed) =>
        Map is null ? new(seed, BitErrorRate, Model, Mapping, Geometry, Options) : new(Map, Mapping, seed, Options);

    /// <summary>The same chip at another voltage. Its faults nest: those at the lower rate are among those at the higher one.</summary>
    /// <param name="bitErrorRate">Probability that a cell is faulty on its own, 0 to 1.</param>
    /// <exception cref="ArgumentException">The value is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The chip's faults are known at one voltage only.</exception>
    public Chip WithBitErrorRate(double bitErrorRate) => Map is null
        ? new(Seed, bitErrorRate, Model, Mapping, Geometry, Options)
        : throw new InvalidOperationException("A chip with a known map of faults has no other bit error rate.");

    /// <summary>Cells of a weight of so many bits.</summary>
    internal static int CellsOf(WeightCells cells, int bits) => cells == WeightCells.Byte ? 8 : bits;

    internal static void CheckRate(double rate, string name)
    {
        if (!(rate >= 0 && rate <= 1)) throw new ArgumentOutOfRangeException(name, rate, "An error rate lies between 0 and 1.");
    }
}
