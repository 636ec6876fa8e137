namespace RawFuse.NeuralFuse.Faults;

/// <summary>What can be said of a chip's faults beyond their rate. <see cref="Chip"/> checks the values.</summary>
public sealed record FaultOptions
{
    /// <summary>
    /// Which cells a weight of fewer than 8 bits has; null for <see cref="WeightCells.Packed"/> in the physical mapping and
    /// <see cref="WeightCells.LowBits"/> in the others.
    /// </summary>
    public WeightCells? Cells { get; init; }

    /// <summary>Bits of a weight whose cells can be faulty: bit j of this number stands for bit j of every weight.</summary>
    public byte Positions { get; init; } = byte.MaxValue;

    /// <summary>Probability that a row of the SRAM is faulty as a whole, 0 to 1. Needs a geometry.</summary>
    public double RowRate { get; init; }

    /// <summary>Probability that a column of a bank is faulty as a whole, 0 to 1. Needs a geometry.</summary>
    public double ColumnRate { get; init; }

    /// <summary>
    /// Probability that a cell is read flipped in an access (a forward pass), 0 to 1: independent of other accesses, and on top of the
    /// cell's permanent fault.
    /// </summary>
    public double TransientRate { get; init; }
}
