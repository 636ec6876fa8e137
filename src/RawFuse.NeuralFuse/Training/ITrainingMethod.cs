namespace RawFuse.NeuralFuse.Training;

/// <summary>What <see cref="TrainingLoop"/> must know of a method: how a batch becomes a gradient, and how good a network is.</summary>
internal interface ITrainingMethod
{
    /// <summary>What is trained, for messages: "Base training".</summary>
    string Name { get; }

    /// <summary>The network that is trained.</summary>
    Network Network { get; }

    /// <summary>What turns gradients into steps.</summary>
    Optimizer Optimizer { get; }

    /// <summary>Learning rates.</summary>
    LearningRate Rate { get; }

    /// <summary>State of the generator that steps draw from; 0 for methods that draw nothing.</summary>
    ulong RandomState { get; set; }

    /// <summary>What decides the steps besides images, network and <see cref="TrainingRun"/>, by name: a checkpoint goes with the same values alone.</summary>
    IEnumerable<KeyValuePair<string, string>> Settings { get; }

    /// <summary>Computes a batch's loss and adds its gradient to the trained tensors.</summary>
    /// <param name="batch">Images and labels.</param>
    /// <param name="step">Number of the step, from 0.</param>
    float Gradient(Batch batch, int step);

    /// <summary>Where a loss that is not finite comes from, in words, after <see cref="Gradient"/> returned one.</summary>
    string Blame(Batch batch);

    /// <summary>How good a network like <see cref="Network"/> is, in percent of right answers.</summary>
    double Judge(Network candidate, IImageSource images, CancellationToken cancellationToken);
}
