using System.Numerics;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>Cells and bits counted by their position in a weight: every list has 8 numbers, the first for the lowest bit.</summary>
/// <param name="Exposed">Cells that could be faulty.</param>
/// <param name="StuckAt0">Cells that always read 0.</param>
/// <param name="StuckAt1">Cells that always read 1.</param>
/// <param name="Flipping">Cells that always read the opposite of what was stored.</param>
/// <param name="ZeroToOne">Bits stored as 0 and read as 1.</param>
/// <param name="OneToZero">Bits stored as 1 and read as 0.</param>
public sealed record FaultCounts(
    IReadOnlyList<long> Exposed, IReadOnlyList<long> StuckAt0, IReadOnlyList<long> StuckAt1, IReadOnlyList<long> Flipping, IReadOnlyList<long> ZeroToOne,
    IReadOnlyList<long> OneToZero)
{
    /// <summary>Exposed cells of all positions.</summary>
    public long Cells => Exposed.Sum();

    /// <summary>Faulty cells per position.</summary>
    public IReadOnlyList<long> Faulty => Add([StuckAt0, StuckAt1, Flipping]);

    /// <summary>Bits per position that are read differently from how they were stored.</summary>
    public IReadOnlyList<long> Changed => Add([ZeroToOne, OneToZero]);

    /// <summary>One of these lists as shares of the exposed cells, per position; 0 where there are none.</summary>
    /// <param name="counts">The list.</param>
    public IReadOnlyList<double> Rates(IReadOnlyList<long> counts) =>
        [.. counts.Zip(Exposed, (count, cells) => Share(count, cells))];

    /// <summary>One of these lists as a share of the exposed cells of all positions; 0 where there are none.</summary>
    /// <param name="counts">The list.</param>
    public double Rate(IReadOnlyList<long> counts) => Share(counts.Sum(), Cells);

    /// <summary>Counts of several tensors together.</summary>
    /// <param name="parts">The counts of each.</param>
    public static FaultCounts Sum(IReadOnlyCollection<FaultCounts> parts) => new(
        Add(parts.Select(part => part.Exposed)), Add(parts.Select(part => part.StuckAt0)), Add(parts.Select(part => part.StuckAt1)),
        Add(parts.Select(part => part.Flipping)), Add(parts.Select(part => part.ZeroToOne)), Add(parts.Select(part => part.OneToZero)));

    /// <summary>Counts bytes by what they read back.</summary>
    /// <param name="exposed">Bits whose cells can be faulty.</param>
    /// <param name="zeros">What the permanent faults make of zeros.</param>
    /// <param name="ones">What they make of ones.</param>
    /// <param name="stored">The weights.</param>
    /// <param name="read">What is read of them.</param>
    internal static FaultCounts Of(byte exposed, ReadOnlySpan<byte> zeros, ReadOnlySpan<byte> ones, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> read)
    {
        long[] stuckAt0 = new long[8], stuckAt1 = new long[8], flipping = new long[8], zeroToOne = new long[8], oneToZero = new long[8];
        for (int i = 0; i < stored.Length; i++)
        {
            int changed = stored[i] ^ read[i];

            // A sound cell gives back both a 0 and a 1.
            AddBits(stuckAt0, ~zeros[i] & ~ones[i] & exposed);
            AddBits(stuckAt1, zeros[i] & ones[i] & exposed);
            AddBits(flipping, zeros[i] & ~ones[i] & exposed);
            AddBits(zeroToOne, changed & ~stored[i] & exposed);
            AddBits(oneToZero, changed & stored[i] & exposed);
        }

        long count = stored.Length;
        long[] cells = [.. Enumerable.Range(0, 8).Select(position => (exposed >> position & 1) * count)];
        return new FaultCounts(cells, stuckAt0, stuckAt1, flipping, zeroToOne, oneToZero);
    }

    private static void AddBits(long[] counts, int bits)
    {
        for (; bits != 0; bits &= bits - 1) counts[BitOperations.TrailingZeroCount(bits)]++;
    }

    private static long[] Add(IEnumerable<IReadOnlyList<long>> lists)
    {
        var sum = new long[8];
        foreach (IReadOnlyList<long> list in lists)
            for (int i = 0; i < sum.Length; i++) sum[i] += list[i];
        return sum;
    }

    private static double Share(long count, long cells) => cells == 0 ? 0 : count / (double)cells;
}
