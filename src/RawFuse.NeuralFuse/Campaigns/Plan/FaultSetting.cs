using RawFuse.NeuralFuse.Faults;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>What a campaign's chips are like, besides their bit error rate; names as in <see cref="FaultNames"/>.</summary>
/// <param name="Model">What a faulty cell does.</param>
/// <param name="Mapping">Which cells a weight lies in.</param>
/// <param name="Cells">What a weight of fewer than 8 bits lies in.</param>
public sealed record FaultSetting(string Model, string Mapping, string Cells)
{
    /// <summary>The chips at a bit error rate.</summary>
    /// <exception cref="ArgumentException">The rate is not from 0 to 1.</exception>
    public ChipPopulation Population(double bitErrorRate) => new(
        bitErrorRate, ValueOf(FaultNames.Models, Model), ValueOf(FaultNames.Mappings, Mapping), options: new FaultOptions { Cells = ValueOf(FaultNames.Cells, Cells) });

    private static T ValueOf<T>(IReadOnlyList<(string Name, T Value)> names, string name) => names.Single(one => one.Name == name).Value;
}
