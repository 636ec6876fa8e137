namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>What the paper's tables vary.</summary>
/// <param name="Source">Base model that the generator was trained for.</param>
/// <param name="Target">Base model behind it.</param>
/// <param name="Generator">The generator.</param>
/// <param name="TrainBer">Bit error rate of training.</param>
/// <param name="Ber">Bit error rate of evaluation.</param>
/// <param name="Bits">Bits of the target's weights.</param>
/// <param name="Lambda">Weight of the chips' loss.</param>
internal sealed record TablePoint(string Source, string Target, string Generator, double TrainBer, double Ber, int Bits, double Lambda);
