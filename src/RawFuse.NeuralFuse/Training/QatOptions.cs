namespace RawFuse.NeuralFuse.Training;

/// <summary>Optimizers for base training.</summary>
public enum QatOptimizer
{
    /// <summary>Stochastic gradient descent with Nesterov's momentum 0.9.</summary>
    Sgd,

    /// <summary>Adam: faster for a few epochs; ignores the weight decay.</summary>
    Adam,
}

/// <summary>How a base model is trained.</summary>
/// <param name="Epochs">Passes over the images, 1 or more.</param>
/// <param name="Rate">Learning rate; null for one cycle up to 0.05.</param>
/// <param name="Optimizer">What turns gradients into steps.</param>
/// <param name="WeightDecay">L2 penalty.</param>
/// <param name="WeightBits">Bits the weights are rounded to in every forward pass, 2 to 8.</param>
/// <param name="LabelSmoothing">The share of the target that all classes have in common, 0 to 1; 0 for the labels alone.</param>
public sealed record QatOptions(
    int Epochs, LearningRate? Rate = null, QatOptimizer Optimizer = QatOptimizer.Sgd, float WeightDecay = 5e-4f, int WeightBits = 8, float LabelSmoothing = 0)
{
    /// <summary>Learning rate.</summary>
    public LearningRate Rate { get; init; } = Rate ?? new OneCycleRate(0.05f);
}
