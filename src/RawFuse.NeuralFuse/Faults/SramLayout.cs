using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>Gives the weight tensors of a model their places in an SRAM.</summary>
public static class SramLayout
{
    /// <summary>Places tensors in the order they are given, which should be that of the model's layers.</summary>
    /// <param name="mapping">How tensors are placed.</param>
    /// <param name="tensors">Name and number of weights of every tensor that is stored in the SRAM.</param>
    /// <returns>One place per tensor, in the same order.</returns>
    /// <exception cref="ArgumentException">A number of weights is negative, or the mapping is unknown.</exception>
    public static IReadOnlyList<SramPlace> Place(SramMapping mapping, IEnumerable<(string Name, int Weights)> tensors)
    {
        if (!Enum.IsDefined(mapping)) throw new ArgumentOutOfRangeException(nameof(mapping), mapping, "Unknown mapping.");
        var places = new List<SramPlace>();
        long group = 0;
        foreach ((string name, int weights) in tensors)
        {
            if (weights < 0) throw new ArgumentException($"Tensor '{name}' has {weights} weights.", nameof(tensors));
            places.Add(new SramPlace(name, weights, group));
            if (mapping == SramMapping.Physical) group += (weights + FaultCells.GroupBytes - 1L) / FaultCells.GroupBytes;
        }

        return places;
    }
}
