using System.Numerics;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>Counts what becomes of weights, position by position.</summary>
internal static class FaultCounter
{
    /// <summary>Counts bytes by what they read back.</summary>
    /// <param name="exposed">Bits whose cells can be faulty.</param>
    /// <param name="zeros">What the permanent faults make of zeros.</param>
    /// <param name="ones">What they make of ones.</param>
    /// <param name="stored">The weights.</param>
    /// <param name="read">What is read of them.</param>
    public static FaultCounts Count(byte exposed, ReadOnlySpan<byte> zeros, ReadOnlySpan<byte> ones, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> read)
    {
        long[] stuckAt0 = new long[8], stuckAt1 = new long[8], flipping = new long[8], zeroToOne = new long[8], oneToZero = new long[8];
        for (int i = 0; i < stored.Length; i++)
        {
            int changed = stored[i] ^ read[i];

            // A sound cell gives back both a 0 and a 1.
            Add(stuckAt0, ~zeros[i] & ~ones[i] & exposed);
            Add(stuckAt1, zeros[i] & ones[i] & exposed);
            Add(flipping, zeros[i] & ~ones[i] & exposed);
            Add(zeroToOne, changed & ~stored[i] & exposed);
            Add(oneToZero, changed & stored[i] & exposed);
        }

        long count = stored.Length;
        long[] cells = [.. Enumerable.Range(0, 8).Select(position => (exposed >> position & 1) * count)];
        return new FaultCounts(cells, stuckAt0, stuckAt1, flipping, zeroToOne, oneToZero);
    }

    private static void Add(long[] counts, int bits)
    {
        for (; bits != 0; bits &= bits - 1) counts[BitOperations.TrailingZeroCount(bits)]++;
    }
}
