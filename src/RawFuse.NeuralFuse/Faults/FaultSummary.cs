namespace RawFuse.NeuralFuse.Faults;

/// <summary>What a chip does to a model. Two rates are told apart: others call "bit error rate" what is the flip rate here.</summary>
/// <param name="Tensors">One report per weight tensor.</param>
/// <param name="RequestedBer">Probability that an exposed cell is faulty, rows and columns included: <see cref="Chip.CellErrorRate"/>.</param>
public sealed record FaultSummary(IReadOnlyList<FaultReport> Tensors, double RequestedBer)
{
    /// <summary>Counts of all tensors, by position.</summary>
    public FaultCounts Counts { get; } = FaultCounts.Sum([.. Tensors.Select(tensor => tensor.Counts)]);

    /// <summary>Weights of all tensors.</summary>
    public long Weights => Tensors.Sum(tensor => (long)tensor.Weights);

    /// <summary>Faulty cells of all tensors.</summary>
    public long CellsFaulty => Counts.Faulty.Sum();

    /// <summary>Changed bits of all tensors.</summary>
    public long BitsChanged => Counts.Changed.Sum();

    /// <summary>Changed weights of all tensors.</summary>
    public long WeightsChanged => Tensors.Sum(tensor => tensor.WeightsChanged);

    /// <summary>Share of the exposed cells that are faulty, 0 to 1; 0 without weights.</summary>
    public double CellBer => Counts.Rate(Counts.Faulty);

    /// <summary>Share of the exposed cells that are read differently from how they were written, 0 to 1; 0 without weights.</summary>
    public double FlipRate => Counts.Rate(Counts.Changed);
}
