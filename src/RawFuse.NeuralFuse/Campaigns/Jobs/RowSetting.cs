namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Everything that decides a row's result. Data set and kind of chips are those of the generator's training.</summary>
/// <param name="Generator">The generator.</param>
/// <param name="Target">The base model behind it.</param>
/// <param name="Bits">Bits of the base model's weights.</param>
/// <param name="EvalBer">Bit error rate of the chips.</param>
/// <param name="Evaluation">Which chips and images.</param>
public sealed record RowSetting(GeneratorSetting Generator, BaseSetting Target, int Bits, double EvalBer, EvaluationSetting Evaluation);
