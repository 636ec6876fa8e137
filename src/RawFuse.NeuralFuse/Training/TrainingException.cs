namespace RawFuse.NeuralFuse.Training;

/// <summary>Training cannot go on, or came to nothing; the message says where and why.</summary>
public sealed class TrainingException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Refuses a trained network that no file could hold: the last step, whose loss nobody sees, may be the one that broke it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="training">What was trained, for the message.</param>
    /// <exception cref="TrainingException">A stored number is NaN or infinite.</exception>
    internal static void ThrowIfNotFinite(Network network, string training)
    {
        foreach (ParameterSpec parameter in network.Definition.Parameters)
        {
            float found = Array.Find(network[parameter.Name].ToArray(), value => !float.IsFinite(value));
            if (!float.IsFinite(found)) throw new TrainingException($"{training} diverged: '{parameter.Name}' holds {found}; try a lower learning rate.");
        }
    }
}
