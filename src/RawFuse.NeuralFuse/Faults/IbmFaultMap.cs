using System.Numerics.Tensors;

namespace RawFuse.NeuralFuse.Faults;

/// <summary>
/// The chip of the paper's reference implementation: an SRAM of 8192 rows x 128 columns whose faulty cells are stuck.
/// With numbers drawn row by row, a cell is faulty where the generator seeded s gives less than the bit error rate, and
/// then stuck at 1 where the generator seeded s + 1 gives less than 1/2, else stuck at 0.
/// </summary>
public static class IbmFaultMap
{
    /// <summary>Training draws many chips: the generator's state is used again.</summary>
    [ThreadStatic]
    private static MersenneTwister? twister;

    /// <summary>Rows of the SRAM.</summary>
    public const int Rows = 8192;

    /// <summary>Bytes in a row.</summary>
    public const int RowBytes = 16;

    /// <summary>Draws a chip: about 2 million random numbers, about a millisecond.</summary>
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
        twister ??= new MersenneTwister(seed);
        twister.Restart(seed);
        twister.CompareDoubles(bitErrorRate, stuckAt0);
        twister.Restart(seed + 1);
        twister.CompareDoubles(0.5, stuckAt1);

        // Of the faulty cells, those that the direction field names are stuck at 1, and the others at 0.
        TensorPrimitives.BitwiseAnd<byte>(stuckAt1, stuckAt0, stuckAt1);
        TensorPrimitives.Xor<byte>(stuckAt0, stuckAt1, stuckAt0);
    }
}
