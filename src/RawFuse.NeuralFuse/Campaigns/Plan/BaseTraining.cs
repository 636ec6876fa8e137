using RawFuse.NeuralFuse.Training;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>How a campaign trains a base model; the defaults are those of <c>train base</c>.</summary>
/// <param name="Epochs">Passes over the images.</param>
/// <param name="Batch">Images per step.</param>
/// <param name="PeakRate">Highest learning rate.</param>
/// <param name="Schedule">How it changes, one of <see cref="RateSchedules.Names"/>.</param>
/// <param name="Warmup">Share of the steps in which the rate rises; null for the schedule's own.</param>
/// <param name="Optimizer">sgd or adam.</param>
/// <param name="WeightDecay">L2 penalty.</param>
/// <param name="LabelSmoothing">The share of the target that all classes have in common, 0 to 1.</param>
/// <param name="Bits">Bits of a quantized weight, 2 to 8.</param>
/// <param name="TrainImages">The first so many images; null for all.</param>
/// <param name="Seed">Decides initial weights and the order of the images.</param>
public sealed record BaseTraining(
    int Epochs = 10, int Batch = 128, double PeakRate = 0.05, string Schedule = RateSchedules.OneCycle, double? Warmup = null, string Optimizer = "sgd", double WeightDecay = 5e-4,
    double LabelSmoothing = 0, int Bits = 8, int? TrainImages = null, ulong Seed = 1);
