namespace RawFuse.NeuralFuse.Training.Checkpoints;

/// <summary>Where and how often a training's state is kept.</summary>
/// <param name="Folder">A folder for this training alone; made if it does not exist.</param>
/// <param name="Every">Steps between two checkpoints, 1 or more. There is one more when training is stopped, and one at its end.</param>
/// <param name="Keep">How many of the latest checkpoints are kept, 1 or more.</param>
/// <param name="Resume">Whether to go on from the latest checkpoint in the folder that is whole, or to begin if there is none. Without it the folder must hold none.</param>
public sealed record CheckpointOptions(string Folder, int Every = 500, int Keep = 2, bool Resume = false)
{
    /// <summary>Steps between two checkpoints.</summary>
    public int Every { get; } = Every > 0 ? Every : throw new ArgumentOutOfRangeException(nameof(Every), Every, "Steps between two checkpoints are 1 or more.");

    /// <summary>How many are kept.</summary>
    public int Keep { get; } = Keep > 0 ? Keep : throw new ArgumentOutOfRangeException(nameof(Keep), Keep, "The number of checkpoints kept is 1 or more.");
}
