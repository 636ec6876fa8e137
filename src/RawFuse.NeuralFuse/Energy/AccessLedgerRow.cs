namespace RawFuse.NeuralFuse.Energy;

/// <summary>One layer's line in an <see cref="AccessLedger"/>.</summary>
/// <param name="Layer">The layer as it was counted.</param>
/// <param name="Counts">Its accesses, cycles and MACs for one inference.</param>
public readonly record struct AccessLedgerRow(ArrayLayer Layer, AccessCounts Counts);
