using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>All chips of one design at one voltage: they differ in their seed alone.</summary>
public sealed class ChipPopulation
{
    /// <summary>The network drawn for last, and the places of its weights, which are the same in all of the chips. Replaced as a whole: threads may draw at once.</summary>
    private volatile Tuple<FrozenNetwork, IReadOnlyList<SramPlace>>? placed;

    /// <summary>Describes the chips.</summary>
    /// <param name="bitErrorRate">Probability that a cell is faulty on its own, 0 to 1.</param>
    /// <param name="model">What a faulty cell does.</param>
    /// <param name="mapping">Which cells a weight lies in.</param>
    /// <param name="geometry">Size of the memory, with <see cref="SramMapping.Physical"/> only; null for one as large as it takes.</param>
    /// <param name="options">More about the faults; null for the defaults.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or values do not go together; see <see cref="Chip"/>.</exception>
    public ChipPopulation(
        double bitErrorRate, FaultModel model = FaultModel.StuckAt, SramMapping mapping = SramMapping.Physical, SramGeometry? geometry = null,
        FaultOptions? options = null)
        : this(new Chip(0, bitErrorRate, model, mapping, geometry, options))
    {
    }

    /// <summary>Describes the chips.</summary>
    /// <param name="any">One of them.</param>
    public ChipPopulation(Chip any) => Any = any;

    /// <summary>One of the chips.</summary>
    public Chip Any { get; }

    /// <summary>Probability that a cell is faulty on its own.</summary>
    public double BitErrorRate => Any.BitErrorRate;

    /// <summary>What a faulty cell does.</summary>
    public FaultModel Model => Any.Model;

    /// <summary>Which cells a weight lies in.</summary>
    public SramMapping Mapping => Any.Mapping;

    /// <summary>Whether every access to a chip sees other faults.</summary>
    public bool IsTransient => Any.Options.TransientRate > 0;

    /// <summary>Whether the seed makes no difference: a known map is one chip, unless every access sees other faults.</summary>
    public bool IsOneChip => Any.Map is not null && !IsTransient;

    /// <summary>One of the chips.</summary>
    /// <param name="seed">Which.</param>
    public Chip this[ulong seed] => Any.WithSeed(seed);

    /// <summary>Writes the faults of one chip, which holds a network's weights in the order of computation, into one set.</summary>
    /// <param name="network">The network.</param>
    /// <param name="seed">The chip.</param>
    /// <param name="faults">Receives the masks of all weight tensors.</param>
    /// <param name="set">Which set, from 0.</param>
    /// <param name="access">Number of the forward pass that will see these faults; it matters to transient faults alone.</param>
    public void Draw(FrozenNetwork network, ulong seed, WeightFaults faults, int set, long access = 0)
    {
        using var memory = new ChipMemory(network.Device, this[seed]);
        faults.CheckSet(set);
        if (placed is not { } known || known.Item1 != network) placed = known = Tuple.Create(network, memory.PlacesOf(network));
        memory.Draw(network, known.Item2, faults, set, access);
    }
}
