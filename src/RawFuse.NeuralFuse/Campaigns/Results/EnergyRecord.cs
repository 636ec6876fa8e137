using RawFuse.NeuralFuse.Energy;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>The energy that a base model at low voltage saves behind a generator, by the paper's conventions.</summary>
/// <param name="EnergySavingPercent">By SRAM accesses (ES).</param>
/// <param name="MacEnergySavingPercent">By MACs (MAC-ES).</param>
/// <param name="Voltage">The operating point's, as a fraction of Vmin.</param>
/// <param name="AccessEnergyRatio">Energy of an access there over that at Vmin.</param>
public sealed record EnergyRecord(double EnergySavingPercent, double MacEnergySavingPercent, double Voltage, double AccessEnergyRatio)
{
    /// <summary>Counts two networks at the operating point of a bit error rate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not 0 and there is no voltage for it.</exception>
    public static EnergyRecord Of(NetworkDefinition model, NetworkDefinition generator, double bitErrorRate)
    {
        OperatingPoint point = bitErrorRate == 0 ? OperatingPoint.Nominal : OperatingPoint.ForBer(bitErrorRate);
        NetworkCost modelCost = Cost(model), generatorCost = Cost(generator);
        return new EnergyRecord(
            EnergySaving.FromAccesses(modelCost.Ledger, generatorCost.Ledger, point).Percent,
            EnergySaving.FromPrintedMacs(modelCost.PrintedMacs, generatorCost.PrintedMacs, point).Percent, point.Voltage, point.AccessEnergyRatio);
    }

    private static NetworkCost Cost(NetworkDefinition definition) =>
        NetworkCost.Of(definition, CountingConvention.Paper, SystolicArray.Paper, Dataflow.OutputStationary);
}
