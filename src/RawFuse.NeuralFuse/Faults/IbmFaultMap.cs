namespace RawFuse.NeuralFuse.Faults;

/// <summary>
/// The chip of the paper's reference implementation: an SRAM of 8192 rows x 128 columns whose faulty cells are stuck.
/// With numbers drawn row by row, a cell is faulty where the generator seeded s gives less than the bit error rate, and
/// then stuck at 1 where the generator seeded s + 1 gives less than 1/2, else stuck at 0.
/// </summary>
public static class IbmFaultMap
{
    /// <summary>Rows of the SRAM.</summary>
    public const int Rows = 8192;

    /// <summary>Bytes in a row.</summary>
    public const int RowBytes = 16;

    /// <summary>Draws a chip: about 2 million random numbers, some milliseconds.</summary>
    /// <param name="seed">The chip's seed s, 0 to 2^32 - 2.</param>
    /// <param name="bitErrorRate">Probability that a cell is faulty, 0 to 1.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static FaultMap Draw(uint seed, double bitErrorRate)
    {
        byte[] stuckAt1 = new byte[Rows * RowBytes], stuckAt0 = new byte[Rows * RowBytes];
        Draw(seed, bitErrorRate, stuckAt1, stuckAt0);
        return new FaultMap(Rows, stuckAt0, stuckAt1);
    }

    /// <summary>Draws a chip into memory that the caller has.</summary>
    internal static void Draw(uint seed, double bitErrorRate, Span<byte> stuckAt1, Span<byte> stuckAt0)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(seed, uint.MaxValue);
        Chip.CheckRate(bitErrorRate, nameof(bitErrorRate));
        stuckAt1.Clear();
        stuckAt0.Clear();
        var location = new MersenneTwister(seed);
        var direction = new MersenneTwister(seed + 1);
        int passed = 0;
        for (int cell = 0; cell < 8 * stuckAt1.Length; cell++)
        {
            if (location.NextDouble() >= bitErrorRate) continue;
            direction.SkipDoubles(cell - passed);
            passed = cell + 1;
            Span<byte> stuck = direction.NextDouble() < 0.5 ? stuckAt1 : stuckAt0;
            stuck[cell / 8] |= (byte)(1 << (cell % 8));
        }
    }
}
