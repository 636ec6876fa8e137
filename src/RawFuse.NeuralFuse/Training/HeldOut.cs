namespace RawFuse.NeuralFuse.Training;

/// <summary>
/// Images that a training does not train on, to judge the network by after each epoch: the numbers of the best epoch are the result. They belong to the training set;
/// who chooses by test images reports an accuracy that is too good.
/// </summary>
/// <param name="Images">The images; epoch 0 of them.</param>
/// <param name="Patience">Epochs without a better result after which training ends early, 1 or more; 0 for never.</param>
public sealed record HeldOut(IImageSource Images, int Patience = 0)
{
    /// <summary>Epochs without a better result after which training ends.</summary>
    public int Patience { get; } = Patience >= 0 ? Patience : throw new ArgumentOutOfRangeException(nameof(Patience), Patience, "The patience is 0 or more epochs.");
}
