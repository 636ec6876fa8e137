using RawFuse.NeuralFuse.Faults;

namespace RawFuse.NeuralFuse.Training;

/// <summary>How a NeuralFuse generator is trained. The defaults are the paper's.</summary>
/// <param name="Population">Where training chips come from.</param>
/// <param name="Chips">N, chips drawn afresh for every mini-batch, 1 or more.</param>
/// <param name="Lambda">Weight of the chips' mean loss against the clean loss, 0 or more.</param>
/// <param name="Rate">Initial learning rate of Adam.</param>
/// <param name="RateFactor">What the rate is multiplied by every <paramref name="RateEvery"/> steps.</param>
/// <param name="RateEvery">Steps between two such reductions.</param>
/// <param name="WeightBits">Bits the generator's weights are rounded to, 2 to 8.</param>
/// <param name="SetsPerPass">Models (the clean one and chips) that run through the base model together, which bounds memory; 0 for as many as the device likes. The result does not depend on it.</param>
public sealed record EopmOptions(
    ChipPopulation Population, int Chips = 10, float Lambda = 5, float Rate = 1e-3f, float RateFactor = 0.96f, int RateEvery = 500, int WeightBits = 8, int SetsPerPass = 0)
{
    /// <summary>Adam's decay of the first moment.</summary>
    public const double Beta1 = 0.5;

    /// <summary>Adam's decay of the second moment.</summary>
    public const double Beta2 = 0.999;

    /// <summary>Learning rate of a step, from 0.</summary>
    public float RateAt(int step) => LearningRate.Staircase(step, Rate, RateFactor, RateEvery);
}
