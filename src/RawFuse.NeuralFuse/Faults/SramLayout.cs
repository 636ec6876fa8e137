namespace RawFuse.NeuralFuse.Faults;

/// <summary>Gives the weight tensors of a model their places in an SRAM.</summary>
public static class SramLayout
{
    private const int CellsPerGroup = 8 * Kernels.FaultCells.GroupBytes;

    /// <summary>
    /// Places tensors. In the physical mapping they lie one behind the other in the order of their names (by code unit), as PyTorch's safetensors files
    /// have them: whoever reads the same file, whole or as a model, finds the same weights in the same cells.
    /// </summary>
    /// <param name="mapping">How tensors are placed.</param>
    /// <param name="tensors">Name in the model's file, and number of weights, of every tensor that is stored in the SRAM.</param>
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
        (string Name, int Weights)[] all = [.. tensors];
        var places = new SramPlace[all.Length];
        int[] order = [.. Enumerable.Range(0, all.Length).OrderBy(i => all[i].Name, StringComparer.Ordinal)];
        long group = 0;
        foreach (int i in order)
        {
            (string name, int weights) = all[i];
            if (weights < 0) throw new ArgumentException($"Tensor '{name}' has {weights} weights.", nameof(tensors));
            places[i] = new SramPlace(name, weights, group, bits);
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
