namespace RawFuse.NeuralFuse.Training.Checkpoints;

/// <summary>Everything a training's next steps depend on: what a checkpoint holds.</summary>
/// <param name="method">Whose network, optimizer and random state.</param>
/// <param name="average">The averages, where they are kept.</param>
/// <param name="best">The best epoch, where epochs are judged.</param>
internal sealed class TrainingState(ITrainingMethod method, WeightAverage? average, BestEpoch? best)
{
    /// <summary>The method.</summary>
    public ITrainingMethod Method => method;

    /// <summary>The best epoch, where epochs are judged.</summary>
    public BestEpoch? Best => best;

    /// <summary>All tensors, by the name they have in a file.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors =>
    [
        .. Of("network", method.Network),
        .. from moment in method.Optimizer.Moments
           from pair in method.Network.Definition.Parameters.Where(parameter => parameter.IsTrained).Zip(moment.Tensors)
           select ($"optimizer.{moment.Name}.{pair.First.Name}", pair.Second),
        .. average is null ? [] : Of("average", average.Network),
        .. best is null ? [] : Of("best", best.Network),
    ];

    private static IEnumerable<(string Name, Tensor Tensor)> Of(string prefix, Network network) =>
        network.Definition.Parameters.Select(parameter => ($"{prefix}.{parameter.Name}", network[parameter.Name]));
}
