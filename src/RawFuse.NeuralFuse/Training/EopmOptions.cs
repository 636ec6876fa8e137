using RawFuse.NeuralFuse.Faults;

namespace RawFuse.NeuralFuse.Training;

/// <summary>How a NeuralFuse generator is trained. The defaults are the paper's.</summary>
/// <param name="Population">Where training chips come from.</param>
/// <param name="Chips">N, chips drawn afresh for every mini-batch, 1 or more.</param>
/// <param name="Lambda">Weight of the chips' mean loss against the clean loss, 0 or more.</param>
/// <param name="Rate">Learning rate of Adam; null for the paper's, 0.001 and less by 4% every 500 steps.</param>
/// <param name="WeightBits">Bits the generator's weights are rounded to, 2 to 8.</param>
/// <param name="SetsPerPass">Models (the clean one and chips) that run through the base model together, which bounds memory; 0 for as many as the device likes. The result does not depend on it.</param>
/// <param name="SharesBatch">
/// Whether the clean model and the chips share out a mini-batch among them, in 1 + N equal parts, of which the batch must be a multiple. Every image then meets one model instead of all:
/// the expectation of the loss is the same, and a step costs the base model one pass over the batch instead of 1 + N. In the paper every model sees the whole batch.
/// </param>
public sealed record EopmOptions(
    ChipPopulation Population, int Chips = 10, float Lambda = 5, LearningRate? Rate = null, int WeightBits = 8, int SetsPerPass = 0, bool SharesBatch = false)
{
    /// <summary>Adam's decay of the first moment.</summary>
    public const double Beta1 = 0.5;

    /// <summary>Adam's decay of the second moment.</summary>
    public const double Beta2 = 0.999;

    /// <summary>Learning rate of Adam.</summary>
    public LearningRate Rate { get; init; } = Rate ?? new StaircaseRate(1e-3f);
}
