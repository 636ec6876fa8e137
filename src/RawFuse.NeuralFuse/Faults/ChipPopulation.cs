using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>All chips of one design at one voltage: they differ in their seed alone.</summary>
public sealed class ChipPopulation
{
    /// <summary>Describes the chips.</summary>
    /// <param name="bitErrorRate">Probability that a cell is faulty, 0 to 1.</param>
    /// <param name="model">What a faulty cell does.</param>
    /// <param name="mapping">Which cells a weight lies in.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public ChipPopulation(double bitErrorRate, FaultModel model = FaultModel.StuckAt, SramMapping mapping = SramMapping.Physical) =>
        Any = new Chip(0, bitErrorRate, model, mapping);

    /// <summary>Probability that a cell is faulty.</summary>
    public double BitErrorRate => Any.BitErrorRate;

    /// <summary>What a faulty cell does.</summary>
    public FaultModel Model => Any.Model;

    /// <summary>Which cells a weight lies in.</summary>
    public SramMapping Mapping => Any.Mapping;

    private Chip Any { get; }

    /// <summary>One of the chips.</summary>
    /// <param name="seed">Which.</param>
    public Chip this[ulong seed] => new(seed, BitErrorRate, Model, Mapping);

    /// <summary>Writes the faults of one chip, which holds a network's weights in the order of computation, into one set.</summary>
    /// <param name="network">The network.</param>
    /// <param name="seed">The chip.</param>
    /// <param name="faults">Receives the masks of all weight tensors.</param>
    /// <param name="set">Which set, from 0.</param>
    public void Draw(FrozenNetwork network, ulong seed, WeightFaults faults, int set)
    {
        using var memory = new ChipMemory(network.Device, this[seed]);
        IReadOnlyList<SramPlace> places = SramLayout.Place(Mapping, network.Weights.Select(weights => (weights.Layer.Name, weights.Quantized.Shape.Length)));
        foreach ((FrozenWeights weights, SramPlace place) in network.Weights.Zip(places))
        {
            Shape shape = weights.Quantized.Shape;
            memory.DrawMask(weights.Quantized.Packed, shape[3], shape[2], shape[0] * shape[1], place, faults[weights.Layer], set * shape.Length);
        }
    }
}
