namespace RawFuse.NeuralFuse.Energy;

/// <summary>
/// Counts what a frozen network really runs, from when the ledger is made until it is disposed: every weight layer that computes adds its SRAM accesses and
/// MACs, image by image. Where <see cref="NetworkCost"/> adds up a plan, this adds up a run; both turn layers into shapes in the same way
/// (<see cref="NetworkCost.ShapeOf"/>), and the network itself sees to it that a layer runs on the sizes it declares. Not for several threads at once.
/// </summary>
public sealed class RunningLedger : IDisposable
{
    private readonly FrozenNetwork network;
    private readonly CountingConvention convention;
    private readonly SystolicArray array;
    private readonly Dataflow dataflow;
    private readonly Dictionary<WeightLayer, Entry> entries = [];
    private readonly List<Entry> order = [];

    /// <summary>Attaches a ledger; other observers of the network stay.</summary>
    /// <param name="network">The network to watch.</param>
    /// <param name="convention">Which shapes to count.</param>
    /// <param name="array">The systolic array.</param>
    /// <param name="dataflow">What stays in the array.</param>
    public RunningLedger(FrozenNetwork network, CountingConvention convention, SystolicArray array, Dataflow dataflow)
    {
        this.network = network;
        this.convention = convention;
        this.array = array;
        this.dataflow = dataflow;
        network.Observer += Count;
    }

    /// <summary>What all images together cost.</summary>
    /// <exception cref="OverflowException">A sum exceeds 64 bits.</exception>
    public AccessCounts Total => order.Aggregate(default(AccessCounts), (sum, entry) => sum + (entry.Counts * entry.Images));

    /// <summary>True MACs of all images together: transposed convolutions by their input pixels, as in <see cref="NetworkCost.Macs"/>.</summary>
    public long Macs => order.Sum(entry => checked(entry.Macs * entry.Images));

    /// <summary>Images that ran through all weight layers; 0 for a network that has none.</summary>
    public long Images => order.Count == 0 || order.Count < network.Weights.Count ? 0 : order.Min(entry => entry.Images);

    /// <summary>One inference, layer by layer, as it ran: the layers in the order of their first run.</summary>
    /// <exception cref="InvalidOperationException">Nothing ran yet, or a run was broken off between two layers.</exception>
    public AccessLedger PerImage()
    {
        if (order.Count < network.Weights.Count || order.Exists(entry => entry.Images != Images))
            throw new InvalidOperationException($"Network '{network.Definition.Name}' has not run, or not to its end, so there is no cost of one image.");
        return new AccessLedger(order.Select(entry => entry.Shape), array, dataflow);
    }

    /// <summary>Stops counting; what was counted stays.</summary>
    public void Dispose() => network.Observer -= Count;

    private void Count(WeightLayer layer, int images)
    {
        if (!entries.TryGetValue(layer, out Entry? entry))
        {
            ArrayLayer shape = NetworkCost.ShapeOf(layer, network.Definition, convention);
            order.Add(entries[layer] = entry = new Entry(shape, array.Count(shape, dataflow), NetworkCost.MacsOf(layer)));
        }

        entry.Images += images;
    }

    private sealed class Entry(ArrayLayer shape, AccessCounts counts, long macs)
    {
        public ArrayLayer Shape { get; } = shape;

        public AccessCounts Counts { get; } = counts;

        public long Macs { get; } = macs;

        public long Images { get; set; }
    }
}
