using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Training;

/// <summary>An exponential moving average of a network's numbers over the steps, running statistics among them.</summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly double decay;
    private readonly AveragedTensor[] tensors;

    /// <summary>Starts with the network as it is.</summary>
    /// <param name="network">The network; the caller's.</param>
    /// <param name="decay">See <see cref="TrainingRun"/>.</param>
    public WeightAverage(Network network, double decay)
    {
        this.decay = decay;
        Network = new Network(network.Definition, network.Device, seed: 0);
        Network.CopyFrom(network);
        tensors = [.. network.Definition.Parameters.Select(parameter => new AveragedTensor(network[parameter.Name].Storage, Network[parameter.Name].Storage, parameter.Shape.Length))];
    }

    /// <summary>The averages.</summary>
    public Network Network { get; }

    /// <summary>Takes the numbers after a step into the average.</summary>
    /// <param name="steps">Steps done, 1 or more.</param>
    public void Add(int steps) =>
        Network.Device.Run<AverageStep, AverageStepArgs>(new(tensors, (float)(1 - Math.Min(decay, (1.0 + steps) / (10.0 + steps)))));

    public void Dispose() => Network.Dispose();
}
