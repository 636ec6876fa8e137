using RawFuse.NeuralFuse.Training;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>How a campaign trains generators, besides what its grids vary; the defaults are those of <c>train fuse</c>.</summary>
/// <param name="Epochs">Passes over the images.</param>
/// <param name="Batch">Images per step.</param>
/// <param name="Rate">Learning rate of Adam, the first or the highest.</param>
/// <param name="Schedule">How it changes, one of <see cref="RateSchedules.Names"/>.</param>
/// <param name="Warmup">Share of the steps in which the rate rises; null for the schedule's own.</param>
/// <param name="RateFactor">What a staircase multiplies the rate by every <paramref name="RateEvery"/> steps.</param>
/// <param name="RateEvery">Steps between two such reductions.</param>
/// <param name="ShareBatch">Whether the clean model and the chips share out each mini-batch, see <see cref="EopmOptions.SharesBatch"/>.</param>
/// <param name="StartAtIdentity">Whether F(x) = x in the beginning.</param>
/// <param name="TrainImages">The first so many images; null for all.</param>
public sealed record GeneratorTraining(
    int Epochs = 1, int Batch = 25, double Rate = 1e-3, string Schedule = RateSchedules.Staircase, double? Warmup = null, double RateFactor = 0.96, int RateEvery = 500,
    bool ShareBatch = false, bool StartAtIdentity = false, int? TrainImages = null);
