using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>
/// A chip whose SRAM runs at a voltage too low for some of its cells. These values say all about it: the same chip can be
/// drawn again anywhere.
/// </summary>
public sealed record Chip
{
    /// <summary>Describes a chip.</summary>
    /// <param name="seed">Which chip; up to 2^32 - 2 with the maps of the reference implementation.</param>
    /// <param name="bitErrorRate">Probability that a cell is faulty, 0 to 1.</param>
    /// <param name="model">What a faulty cell does.</param>
    /// <param name="mapping">Which cells a weight lies in.</param>
    /// <param name="geometry">Size of the memory, with <see cref="SramMapping.Physical"/> only; null for one as large as it takes.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or a geometry is given with a mapping that has its own.</exception>
    public Chip(
        ulong seed, double bitErrorRate, FaultModel model = FaultModel.StuckAt, SramMapping mapping = SramMapping.Physical, SramGeometry? geometry = null)
    {
        CheckBitErrorRate(bitErrorRate);
        if (!Enum.IsDefined(model)) throw new ArgumentOutOfRangeException(nameof(model), model, "Unknown fault model.");
        if (!Enum.IsDefined(mapping)) throw new ArgumentOutOfRangeException(nameof(mapping), mapping, "Unknown mapping.");
        if (mapping != SramMapping.Physical && seed >= uint.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(seed), seed, $"Seeds of the reference implementation's maps go from 0 to {uint.MaxValue - 1}.");
        if (mapping != SramMapping.Physical && geometry is not null)
            throw new ArgumentException($"The {mapping} mapping has a geometry of its own.", nameof(geometry));
        Seed = seed;
        BitErrorRate = bitErrorRate;
        Model = model;
        Mapping = mapping;
        Geometry = geometry;
    }

    /// <summary>Which chip.</summary>
    public ulong Seed { get; }

    /// <summary>Probability that a cell is faulty.</summary>
    public double BitErrorRate { get; }

    /// <summary>What a faulty cell does.</summary>
    public FaultModel Model { get; }

    /// <summary>Which cells a weight lies in.</summary>
    public SramMapping Mapping { get; }

    /// <summary>Size of the memory, or null.</summary>
    public SramGeometry? Geometry { get; }

    internal static void CheckBitErrorRate(double bitErrorRate)
    {
        if (!(bitErrorRate >= 0 && bitErrorRate <= 1))
            throw new ArgumentOutOfRangeException(nameof(bitErrorRate), bitErrorRate, "A bit error rate lies between 0 and 1.");
    }
}
