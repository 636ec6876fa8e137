namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>How a campaign trains generators, besides what its grids vary; the defaults are those of <c>train fuse</c>.</summary>
/// <param name="Epochs">Passes over the images.</param>
/// <param name="Batch">Images per step.</param>
/// <param name="Rate">Initial learning rate of Adam.</param>
/// <param name="RateFactor">What the rate is multiplied by every <paramref name="RateEvery"/> steps.</param>
/// <param name="RateEvery">Steps between two such reductions.</param>
/// <param name="StartAtIdentity">Whether F(x) = x in the beginning.</param>
/// <param name="TrainImages">The first so many images; null for all.</param>
public sealed record GeneratorTraining(
    int Epochs = 1, int Batch = 25, double Rate = 1e-3, double RateFactor = 0.96, int RateEvery = 500, bool StartAtIdentity = false, int? TrainImages = null);
