namespace RawFuse.NeuralFuse.Energy;

/// <summary>
/// What one inference of a model costs a systolic array, layer by layer and in total. Like the paper it holds convolutions, shortcuts and linear
/// layers only: biases, batch norms and pools touch no weight memory worth counting.
/// </summary>
public sealed class AccessLedger
{
    /// <summary>Counts every layer of a model, in the given order.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dataflow"/> is not a defined value.</exception>
    /// <exception cref="OverflowException">A count or a total exceeds 64 bits.</exception>
    public AccessLedger(IEnumerable<ArrayLayer> layers, SystolicArray array, Dataflow dataflow)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(array);
        Array = array;
        Dataflow = dataflow;
        Rows = [.. layers.Select(layer => new AccessLedgerRow(layer, array.Count(layer, dataflow)))];
        Total = Rows.Aggregate(default(AccessCounts), (sum, row) => sum + row.Counts);
    }

    /// <summary>The array the model runs on.</summary>
    public SystolicArray Array { get; }

    /// <summary>The operand the array keeps in place.</summary>
    public Dataflow Dataflow { get; }

    /// <summary>One row per layer, in the model's order.</summary>
    public IReadOnlyList<AccessLedgerRow> Rows { get; }

    /// <summary>The sum over all rows.</summary>
    public AccessCounts Total { get; }

    /// <summary>TWMA of the paper's Table 6: all weight memory accesses of one inference, in 64-bit words (filter reads / 8).</summary>
    public double TotalWeightMemoryAccesses => Total.WeightMemoryAccesses;
}
