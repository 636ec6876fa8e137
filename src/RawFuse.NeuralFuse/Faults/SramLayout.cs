namespace RawFuse.NeuralFuse.Faults;

/// <summary>Gives the weight tensors of a model their places in an SRAM.</summary>
public static class SramLayout
{
    private const int CellsPerGroup = 8 * Kernels.FaultCells.GroupBytes;

    /// <summary>Places tensors in the order they are given, which should be that of the model's layers.</summary>
    /// <param name="mapping">How tensors are placed.</param>
    /// <param name="tensors">Name and number of weights of every tensor that is stored in the SRAM.</param>
    /// <param name="bits">Bits of a weight, 2 to 8.</param>
    /// <param name="cells">Which cells a weight has.</param>
    /// <returns>One place per tensor, in the same order.</returns>
    /// <exception cref="ArgumentException">A number is out of its range, or an enumeration's value is unknown.</exception>
    public static IReadOnlyList<SramPlace> Place(
        SramMapping mapping, IEnumerable<(string Name, int Weights)> tensors, int bits = 8, WeightCells cells = WeightCells.Packed)
    {
        if (!Enum.IsDefined(mapping)) throw new ArgumentOutOfRangeException(nameof(mapping), mapping, "Unknown mapping.");
        if (!Enum.IsDefined(cells)) throw new ArgumentOutOfRangeException(nameof(cells), cells, "Unknown cells of a weight.");
        QuantizedWeights.LevelsOf(bits);
        var places = new List<SramPlace>();
        long group = 0;
        foreach ((string name, int weights) in tensors)
        {
            if (weights < 0) throw new ArgumentException($"Tensor '{name}' has {weights} weights.", nameof(tensors));
            places.Add(new SramPlace(name, weights, group, bits));
            if (mapping == SramMapping.Physical) group += (((long)weights * Chip.CellsOf(cells, bits)) + CellsPerGroup - 1) / CellsPerGroup;
        }

        return places;
    }

    /// <summary>Places tensors in the memory of a chip.</summary>
    /// <param name="chip">The chip.</param>
    /// <param name="tensors">Name and number of weights of every tensor that is stored in the SRAM.</param>
    /// <param name="bits">Bits of a weight, 2 to 8.</param>
    /// <returns>One place per tensor, in the same order.</returns>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public static IReadOnlyList<SramPlace> Place(Chip chip, IEnumerable<(string Name, int Weights)> tensors, int bits = 8) =>
        Place(chip.Mapping, tensors, bits, chip.Cells);
}
