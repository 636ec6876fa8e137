using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>The memories of many chips of one design at one voltage. A chip is a seed.</summary>
public interface IFaultyMemory
{
    /// <summary>Probability that a cell is faulty.</summary>
    double BitErrorRate { get; }

    /// <summary>Writes the mask of one chip's faults into one set.</summary>
    /// <param name="network">The network whose weights the chip holds.</param>
    /// <param name="chip">Seed of the chip.</param>
    /// <param name="faults">Receives the masks of all weight tensors.</param>
    /// <param name="set">Which set, from 0.</param>
    void Draw(FrozenNetwork network, ulong chip, WeightFaults faults, int set);
}
