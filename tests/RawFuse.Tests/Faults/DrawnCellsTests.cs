using System.Numerics;
using RawFuse.Kernels;

namespace RawFuse.Tests.Faults;

/// <summary>Drawn cells are what they are said to be: nested, at the asked rate, without preference and independent.</summary>
public sealed class DrawnCellsTests
{
    private const int Bytes = 1 << 18;
    private const double Cells = 8.0 * Bytes;

    [Fact]
    public void Faults_nest()
    {
        var random = new Random(20);
        for (int trial = 0; trial < 40; trial++)
        {
            ulong seed = (ulong)random.NextInt64();
            double small = Math.Pow(random.NextDouble(), 4), large = small + ((1 - small) * Math.Pow(random.NextDouble(), 6));
            byte[] few = Faulty(seed, small, 5000), many = Faulty(seed, large, 5000);
            byte[] fewOnes = StuckAt1(seed, small, 5000), manyOnes = StuckAt1(seed, large, 5000);
            for (int i = 0; i < few.Length; i++)
            {
                Assert.Equal(few[i], few[i] & many[i]);
                Assert.Equal(fewOnes[i], manyOnes[i] & few[i]);
            }
        }
    }

    [Theory]
    [InlineData(1, 0.0001)]
    [InlineData(2, 0.005)]
    [InlineData(3, 0.01)]
    [InlineData(4, 0.3)]
    [InlineData(50000, 0.5)]
    public void Rate_and_direction_are_right(ulong seed, double ber)
    {
        byte[] faulty = Faulty(seed, ber, Bytes), ones = StuckAt1(seed, ber, Bytes);
        long count = Count(faulty), stuckAt1 = Count(ones);
        Assert.InRange(count, (ber * Cells) - (5 * Deviation(Cells, ber)), (ber * Cells) + (5 * Deviation(Cells, ber)));
        Assert.InRange(stuckAt1, (count / 2.0) - (5 * Deviation(count, 0.5)), (count / 2.0) + (5 * Deviation(count, 0.5)));
        Assert.Equal(stuckAt1, Count(And(faulty, ones)));
    }

    /// <summary>Rates per bit of a byte, and how often two cells fail together: neighbours, one row on, and the same cell of the next chip.</summary>
    [Fact]
    public void Cells_are_independent()
    {
        const double Ber = 0.1;
        byte[] chip = Faulty(6, Ber, Bytes), next = Faulty(7, Ber, Bytes);
        for (int bit = 0; bit < 8; bit++)
        {
            long count = chip.LongCount(value => (value >> bit & 1) != 0);
            Assert.InRange(count, (Ber * Bytes) - (5 * Deviation(Bytes, Ber)), (Ber * Bytes) + (5 * Deviation(Bytes, Ber)));
        }

        TogetherByChance(And(chip, next));
        TogetherByChance(And(chip, [.. chip.Skip(1), chip[0]]));
        TogetherByChance(And(chip, [.. chip.Skip(16), .. chip.Take(16)]));
        TogetherByChance(And(chip, Array.ConvertAll(chip, value => (byte)BitOperations.RotateLeft(value * 0x01010101u, 1))));

        static void TogetherByChance(byte[] both) => Assert.InRange(
            Count(both), (Ber * Ber * Cells) - (6 * Deviation(Cells, Ber * Ber)), (Ber * Ber * Cells) + (6 * Deviation(Cells, Ber * Ber)));
    }

    [Fact]
    public void Ends_of_the_range_are_exact()
    {
        Assert.Equal(0, Count(Faulty(3, 0, 4096)));
        Assert.Equal(8 * 4096, Count(Faulty(3, 1, 4096)));
        Assert.Equal(1UL << 32, FaultCells.Drawn(3, 1, FaultModel.Flip).Threshold);
        Assert.Equal(42949673UL, FaultCells.Drawn(3, 0.01, FaultModel.Flip).Threshold);
    }

    /// <summary>A memory of three groups is used again from its start.</summary>
    [Fact]
    public void Memory_wraps_around()
    {
        sbyte[] zeros = new sbyte[160];
        sbyte[] faulty = FaultTestData.Inject(FaultTestData.OneThread, zeros, 160, FaultCells.Drawn(8, 0.2, FaultModel.Flip, firstGroup: 1, groups: 3));
        sbyte[] once = FaultTestData.Inject(FaultTestData.OneThread, zeros, 48, FaultCells.Drawn(8, 0.2, FaultModel.Flip));
        for (int i = 0; i < faulty.Length; i++) Assert.Equal(once[(i + 16) % 48], faulty[i]);
    }

    /// <summary>Pins the drawn bits: a saved chip must stay the same chip. Computed with an independent implementation of the definition.</summary>
    [Fact]
    public void Drawn_bits_never_change()
    {
        Assert.Equal(
            "02008001000000000000000204400000000000080008002000000220000000004000080004000100000000186050000208000000000000001000100008000000",
            Drawn(FaultModel.Flip));
        Assert.Equal(
            "00000001000000000000000200000000000000080008000000000220000000000000000004000000000000002010000000000000000000000000100000000000",
            Drawn(FaultModel.StuckAt));

        static string Drawn(FaultModel model) =>
            Convert.ToHexStringLower(OnZeros(FaultCells.Drawn(0x123456789ABCDEF0, 0.05, model, firstGroup: 5_000_000_000), 64));
    }

    /// <summary>Cells that flip change a stored 0 wherever they are.</summary>
    private static byte[] Faulty(ulong seed, double ber, int bytes) => OnZeros(FaultCells.Drawn(seed, ber, FaultModel.Flip), bytes);

    private static byte[] StuckAt1(ulong seed, double ber, int bytes) => OnZeros(FaultCells.Drawn(seed, ber, FaultModel.StuckAt), bytes);

    private static byte[] OnZeros(FaultCells cells, int bytes) =>
        Array.ConvertAll(FaultTestData.Inject(FaultTestData.OneThread, new sbyte[bytes], bytes, cells), value => (byte)value);

    private static byte[] And(byte[] a, byte[] b) => [.. a.Zip(b, (x, y) => (byte)(x & y))];

    private static long Count(byte[] bytes) => bytes.Sum(value => (long)BitOperations.PopCount(value));

    private static double Deviation(double trials, double probability) => Math.Sqrt(trials * probability * (1 - probability));
}
