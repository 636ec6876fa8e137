namespace RawFuse.NeuralFuse.Faults;

/// <summary>What a chip does to a model. Two rates are told apart: others call "bit error rate" what is the flip rate here.</summary>
/// <param name="Tensors">One report per weight tensor.</param>
/// <param name="RequestedBer">The chip's bit error rate.</param>
public sealed record FaultSummary(IReadOnlyList<FaultReport> Tensors, double RequestedBer)
{
    /// <summary>Weights of all tensors.</summary>
    public long Weights => Tensors.Sum(tensor => (long)tensor.Weights);

    /// <summary>Faulty cells of all tensors.</summary>
    public long CellsFaulty => Tensors.Sum(tensor => tensor.CellsFaulty);

    /// <summary>Changed bits of all tensors.</summary>
    public long BitsChanged => Tensors.Sum(tensor => tensor.BitsChanged);

    /// <summary>Changed weights of all tensors.</summary>
    public long WeightsChanged => Tensors.Sum(tensor => tensor.WeightsChanged);

    /// <summary>Share of the cells that are faulty, 0 to 1; 0 without weights.</summary>
    public double CellBer => Rate(CellsFaulty);

    /// <summary>Share of the stored bits that are read differently, 0 to 1; 0 without weights.</summary>
    public double FlipRate => Rate(BitsChanged);

    private double Rate(long bits) => Weights == 0 ? 0 : bits / (8.0 * Weights);
}
