using RawFuse.NeuralFuse.Training.Checkpoints;

namespace RawFuse.NeuralFuse.Training;

/// <summary>How a training is conducted, whichever method it follows.</summary>
/// <param name="Checkpoints">Where its state is kept, so that it can go on after an interruption; null for nowhere.</param>
/// <param name="HeldOut">Images to judge the network by after each epoch; null for none.</param>
/// <param name="AverageDecay">
/// Decay d of an exponential moving average of all numbers of the network, 0 to below 1: after each step average += (1 - d) * (number - average), with a smaller d in the first steps,
/// (1 + step) / (10 + step). The averages are what is judged, and the result. 0 for no averages.
/// </param>
public sealed record TrainingRun(CheckpointOptions? Checkpoints = null, HeldOut? HeldOut = null, double AverageDecay = 0)
{
    /// <summary>Decay of the average.</summary>
    public double AverageDecay { get; } =
        AverageDecay is >= 0 and < 1 ? AverageDecay : throw new ArgumentOutOfRangeException(nameof(AverageDecay), AverageDecay, "The decay of an average is 0 to below 1.");
}
