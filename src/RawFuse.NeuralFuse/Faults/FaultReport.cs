namespace RawFuse.NeuralFuse.Faults;

/// <summary>What a chip does to one weight tensor.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Weights">Number of its weights.</param>
/// <param name="Bits">Bits of a weight.</param>
/// <param name="Cells">Which cells a weight has.</param>
/// <param name="RequestedBer">Probability that an exposed cell is faulty, rows and columns included. Of stuck cells half are stuck at 0 and half at 1.</param>
/// <param name="Counts">Faulty cells and changed bits by position. Transient faults change bits but are no faulty cells.</param>
/// <param name="WeightsChanged">Weights with at least one changed bit.</param>
public sealed record FaultReport(string Name, int Weights, int Bits, WeightCells Cells, double RequestedBer, FaultCounts Counts, long WeightsChanged)
{
    /// <summary>Faulty cells among the exposed ones.</summary>
    public long CellsFaulty => Counts.Faulty.Sum();

    /// <summary>Bits that are read differently from how they were stored. A stuck cell whose stored bit agrees changes nothing.</summary>
    public long BitsChanged => Counts.Changed.Sum();

    /// <summary>Share of the exposed cells that are faulty, 0 to 1.</summary>
    public double CellBer => Counts.Rate(Counts.Faulty);

    /// <summary>Share of the exposed cells that are read differently from how they were written, 0 to 1.</summary>
    public double FlipRate => Counts.Rate(Counts.Changed);
}
