namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Axes of a grid, all of whose combinations are rows of the campaign. None of the lists is empty but perhaps <paramref name="Targets"/>.</summary>
/// <param name="Bases">Base models that generators are trained for.</param>
/// <param name="Targets">Base models that those generators are evaluated on besides their own (transfer).</param>
/// <param name="Generators">Names of generators.</param>
/// <param name="TrainBer">Bit error rates of training chips.</param>
/// <param name="Lambda">Weights of the chips' loss.</param>
/// <param name="Chips">Numbers of chips for every mini-batch of a training.</param>
/// <param name="Seeds">Seeds of generator training.</param>
/// <param name="Bits">Bits of the base model's weights in evaluation.</param>
/// <param name="EvalBer">Bit error rates of evaluation; null for that of training.</param>
public sealed record GridPlan(
    IReadOnlyList<BaseJob> Bases, IReadOnlyList<BaseJob> Targets, IReadOnlyList<string> Generators, IReadOnlyList<double> TrainBer, IReadOnlyList<double> Lambda,
    IReadOnlyList<int> Chips, IReadOnlyList<ulong> Seeds, IReadOnlyList<int> Bits, IReadOnlyList<double>? EvalBer);
