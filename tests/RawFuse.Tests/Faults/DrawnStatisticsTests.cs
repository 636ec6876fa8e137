using System.Numerics;
using RawFuse.Kernels;

namespace RawFuse.Tests.Faults;

/// <summary>
/// Drawn cells behave as they are said to: nested, at the asked rate, without preference and independent. Seeds are fixed, so a test that holds holds
/// always; limits are five standard deviations or more.
/// </summary>
public sealed class DrawnStatisticsTests
{
    private const int Bytes = 1 << 18;
    private const double Cells = 8.0 * Bytes;

    /// <summary>Rates of tiny, common and large sizes, on both sides of the largest one at which events alone make cells faulty.</summary>
    public static TheoryData<ulong, double> Rates => new()
    {
        { 1, 0.0001 }, { 2, 0.005 }, { 3, 0.01 }, { 4, 0.035 }, { 5, 0.0588 }, { 6, 0.0589 }, { 7, 0.3 }, { 50000, 0.5 }, { 8, 0.95 },
    };

    [Fact]
    public void Faults_nest_from_rate_to_rate()
    {
        var random = new Random(20);
        for (int trial = 0; trial < 40; trial++)
        {
            double small = Math.Pow(random.NextDouble(), 4), large = small + ((1 - small) * Math.Pow(random.NextDouble(), 6));
            Nest((ulong)random.NextInt64(), [small, large], 5000);
        }
    }

    /// <summary>A chip whose voltage falls step by step, from one rate that can be told apart to the next or by leaps, from 0 to 1.</summary>
    [Fact]
    public void Faults_nest_all_the_way()
    {
        const double Step = 1.0 / (1UL << 32), Largest = NaiveCells.Largest * Step;
        double[] rates =
        [
            0, Step, 2 * Step, 1000 * Step, 1e-6, 1e-4, 0.001, 0.001 + Step, 0.01, 0.01 + Step, 0.02, 0.035, 0.05, Largest - Step, Largest, Largest + Step,
            Largest + (2 * Step), Largest + (20 * Step), 0.06, 0.1, 0.25, 0.5 - Step, 0.5, 0.5 + Step, 0.75, 0.9, 0.999, 1 - Step, 1,
        ];
        foreach (ulong seed in (ulong[])[0, 41, ulong.MaxValue]) Nest(seed, rates, 100_000);
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Rate_and_direction_are_right(ulong seed, double ber)
    {
        byte[] faulty = Faulty(seed, ber, Bytes), ones = StuckAt1(seed, ber, Bytes);
        long count = Count(faulty), stuckAt1 = Count(ones);
        Within(count, Cells, ber);
        Within(stuckAt1, count, 0.5);
        Assert.Equal(stuckAt1, Count(And(faulty, ones)));
    }

    /// <summary>Rates at which few cells in a hundred megabits fail.</summary>
    [Theory]
    [InlineData(1e-6)]
    [InlineData(1.0 / (1 << 22))]
    public void Tiny_rates_are_right(double ber)
    {
        const int Many = 1 << 26;
        using Storage<sbyte> bytes = FaultTestData.TwoThreads.Allocate<sbyte>(Many);
        FaultTestData.TwoThreads.Span(bytes).Clear();
        FaultTestData.TwoThreads.Run<InjectFaults, InjectFaultsArgs>(new(bytes, Many, FaultCells.Drawn(11, ber, FaultModel.Flip)));
        long count = 0;
        foreach (sbyte value in FaultTestData.TwoThreads.Span(bytes)) count += BitOperations.PopCount((byte)value);
        Within(count, 8.0 * Many, ber);
    }

    /// <summary>How many cells of a quad fail together is binomial: what cells do that are drawn together shows here.</summary>
    [Theory]
    [MemberData(nameof(Rates))]
    public void Numbers_of_faults_in_a_quad_are_binomial(ulong seed, double ber)
    {
        byte[] faulty = Faulty(seed + 100, ber, Bytes);
        double[] observed = new double[33], expected = new double[33];
        for (int i = 0; i < Bytes; i += 4) observed[BitOperations.PopCount(BitConverter.ToUInt32(faulty, i))]++;
        double ways = 1;
        for (int k = 0; k <= 32; k++)
        {
            expected[k] = Bytes / 4 * ways * Math.Pow(ber, k) * Math.Pow(1 - ber, 32 - k);
            ways *= (32.0 - k) / (k + 1);
        }

        ChiSquared(observed, expected);
    }

    /// <summary>No cell of a quad is preferred, nor stuck one way rather than the other, nor is a pair of cells of a quad.</summary>
    [Theory]
    [MemberData(nameof(Rates))]
    public void Cells_of_a_quad_are_alike(ulong seed, double ber)
    {
        byte[] faulty = Faulty(seed + 200, ber, Bytes), ones = StuckAt1(seed + 200, ber, Bytes);
        double[] cells = new double[32], stuckAt1 = new double[32], pairs = new double[32 * 31 / 2];
        for (int i = 0; i < Bytes; i += 4)
        {
            uint quad = BitConverter.ToUInt32(faulty, i), one = BitConverter.ToUInt32(ones, i);
            int pair = 0;
            for (int j = 0; j < 32; j++)
            {
                cells[j] += quad >> j & 1;
                stuckAt1[j] += one >> j & 1;
                for (int k = 0; k < j; k++) pairs[pair++] += quad >> j & quad >> k & 1;
            }
        }

        Binomial(cells, Bytes / 4, ber);
        Binomial(stuckAt1, Bytes / 4, ber / 2);
        Binomial(pairs, Bytes / 4, ber * ber);
    }

    /// <summary>How often two cells fail together: one quad, one group and one block of heads on, of other bits of a byte, and of the next chip.</summary>
    [Theory]
    [InlineData(0.02)]
    [InlineData(0.1)]
    public void Cells_are_independent(double ber)
    {
        byte[] chip = Faulty(6, ber, Bytes), next = Faulty(7, ber, Bytes);
        TogetherByChance(And(chip, next));
        foreach (int bytes in (int[])[1, 4, 16, 64, 1024]) TogetherByChance(And(chip, [.. chip.Skip(bytes), .. chip.Take(bytes)]));
        TogetherByChance(And(chip, Array.ConvertAll(chip, value => (byte)BitOperations.RotateLeft(value * 0x01010101u, 1))));

        void TogetherByChance(byte[] both) => Assert.InRange(
            Count(both), (ber * ber * Cells) - (6 * Deviation(Cells, ber * ber)), (ber * ber * Cells) + (6 * Deviation(Cells, ber * ber)));
    }

    /// <summary>Cells that fail at a smaller rate are any of those that fail at a larger one.</summary>
    [Theory]
    [InlineData(0.001, 0.01)]
    [InlineData(0.03, 0.05)]
    [InlineData(0.05, 0.3)]
    [InlineData(0.3, 0.5)]
    public void Cells_that_fail_first_are_any(double small, double large)
    {
        byte[] few = Faulty(12, small, Bytes), many = Faulty(12, large, Bytes), ones = StuckAt1(12, large, Bytes);
        Within(Count(few), Count(many), small / large);
        Within(Count(And(few, ones)), Count(few), 0.5);
        for (int position = 0; position < 4; position++)
        {
            byte[] fewHere = [.. few.Where((_, i) => i % 4 == position)], manyHere = [.. many.Where((_, i) => i % 4 == position)];
            Within(Count(fewHere), Count(manyHere), small / large);
        }
    }

    private static void Nest(ulong seed, double[] rates, int bytes)
    {
        byte[] few = Faulty(seed, rates[0], bytes), fewOnes = StuckAt1(seed, rates[0], bytes);
        foreach (double rate in rates.Skip(1))
        {
            byte[] many = Faulty(seed, rate, bytes), manyOnes = StuckAt1(seed, rate, bytes);
            for (int i = 0; i < bytes; i++)
            {
                // Compared first: an assertion for each byte would take longer than drawing it.
                if ((few[i] & ~many[i]) == 0 && fewOnes[i] == (manyOnes[i] & few[i])) continue;
                Assert.Fail($"Seed {seed}, byte {i}: {few[i]:x2} (stuck at 1: {fewOnes[i]:x2}) became {many[i]:x2} ({manyOnes[i]:x2}) at {rate:R}.");
            }

            (few, fewOnes) = (many, manyOnes);
        }
    }

    /// <summary>Each number is within five and a half deviations of a binomial one: there are hundreds of them.</summary>
    private static void Binomial(double[] counts, double trials, double probability)
    {
        // A normal distribution's limits are too tight for numbers near 0.
        double mean = trials * probability, limit = (5.5 * Deviation(trials, probability)) + 5;
        Assert.All(counts, count => Assert.InRange(count, mean - limit, mean + limit));
        Assert.InRange(counts.Sum(), (counts.Length * mean) - (6 * Math.Sqrt(counts.Length) * limit), (counts.Length * mean) + (6 * Math.Sqrt(counts.Length) * limit));
    }

    /// <summary>Pearson's statistic with classes of fewer than 10 expected merged into their neighbour: its deviation is the root of twice the freedom.</summary>
    private static void ChiSquared(double[] observed, double[] expected)
    {
        double statistic = 0, seen = 0, hoped = 0;
        int classes = 0;
        for (int k = 0; k < expected.Length; k++)
        {
            seen += observed[k];
            hoped += expected[k];
            if (hoped < 10 || expected.Skip(k + 1).Sum() < 10 && k + 1 < expected.Length) continue;
            statistic += (seen - hoped) * (seen - hoped) / hoped;
            classes++;
            (seen, hoped) = (0, 0);
        }

        int freedom = Math.Max(1, classes - 1);
        Assert.InRange(statistic, 0, freedom + (6 * Math.Sqrt(2 * freedom)));
    }

    private static void Within(long count, double trials, double probability)
    {
        double limit = 5 * Deviation(trials, probability);
        Assert.InRange(count, (trials * probability) - limit, (trials * probability) + limit);
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
