namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Everything that decides a trained generator.</summary>
/// <param name="Generator">Name of the generator.</param>
/// <param name="Base">The base model it is trained for.</param>
/// <param name="Dataset">What it is trained on.</param>
/// <param name="Faults">What training chips are like.</param>
/// <param name="TrainBer">Their bit error rate.</param>
/// <param name="Lambda">Weight of the chips' loss.</param>
/// <param name="Chips">N, chips for every mini-batch.</param>
/// <param name="Seed">Decides initial weights, the order of the images and which chips are drawn.</param>
/// <param name="Training">The rest.</param>
public sealed record GeneratorSetting(
    string Generator, BaseSetting Base, string Dataset, FaultSetting Faults, double TrainBer, double Lambda, int Chips, ulong Seed, GeneratorTraining Training);
