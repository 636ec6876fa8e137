namespace RawFuse.NeuralFuse.Energy;

/// <summary>
/// What running a layer, or a whole model, once costs a systolic array. Reads and writes are of single elements: one int8 weight, one activation.
/// </summary>
/// <param name="FilterReads">Weights read from the filter SRAM.</param>
/// <param name="IfmapReads">Activations read from the ifmap SRAM.</param>
/// <param name="OfmapWrites">Outputs and partial sums written to the ofmap SRAM.</param>
/// <param name="Cycles">Clock cycles, all of them (SCALE-SIM v2 reports one less per layer).</param>
/// <param name="Macs">Multiply-accumulates.</param>
public readonly record struct AccessCounts(long FilterReads, long IfmapReads, long OfmapWrites, long Cycles, long Macs)
{
    /// <summary>int8 weights delivered by one 64-bit read of the weight memory.</summary>
    public const int WeightsPerWord = 8;

    /// <summary>
    /// Weight memory accesses in 64-bit words, <see cref="FilterReads"/> / 8: what the paper's Table 6 sums to TWMA. Not rounded, since a last
    /// word may be shared with the next layer; dividing by a power of two keeps it exact up to 2^53 reads.
    /// </summary>
    public double WeightMemoryAccesses => (double)FilterReads / WeightsPerWord;

    /// <summary>Adds count by count.</summary>
    /// <exception cref="OverflowException">A sum exceeds 64 bits.</exception>
    public static AccessCounts operator +(AccessCounts left, AccessCounts right) => checked(new AccessCounts(
        left.FilterReads + right.FilterReads,
        left.IfmapReads + right.IfmapReads,
        left.OfmapWrites + right.OfmapWrites,
        left.Cycles + right.Cycles,
        left.Macs + right.Macs));

    /// <summary>The counts of several inferences.</summary>
    /// <exception cref="OverflowException">A product exceeds 64 bits.</exception>
    public static AccessCounts operator *(AccessCounts counts, long times) => checked(new AccessCounts(
        counts.FilterReads * times, counts.IfmapReads * times, counts.OfmapWrites * times, counts.Cycles * times, counts.Macs * times));
}
