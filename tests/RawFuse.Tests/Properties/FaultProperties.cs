using System.Numerics;
using CsCheck;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.Tests.Faults;

namespace RawFuse.Tests.Properties;

/// <summary>What every chip promises, however its cells are drawn and laid out.</summary>
public sealed class FaultProperties
{
    private const int Samples = 60;

    private static readonly Gen<WeightCells> Cells = Gen.Enum<WeightCells>();

    private static readonly Gen<Chip> Chips =
        from seed in Draw.Seed
        from rate in Draw.BitErrorRate
        from model in Gen.Enum<FaultModel>()
        from mapping in Gen.Enum<SramMapping>()
        from cells in Cells
        from positions in Gen.Frequency((3, Gen.Const(byte.MaxValue)), (1, Gen.Byte))
        select new Chip(seed, rate, model, mapping, null, new FaultOptions { Cells = cells, Positions = positions });

    private static readonly Gen<(Chip Chip, int Bits, sbyte[] Weights)> Cases =
        from chip in Chips
        from bits in Draw.Bits
        from weights in Gen.SByte[(sbyte)-QuantizedWeights.LevelsOf(bits), (sbyte)QuantizedWeights.LevelsOf(bits)].Array[1, 700]
        select (chip, bits, weights);

    /// <summary>A faulty weight stays in what its cells can hold.</summary>
    [Fact]
    public void FaultyWeightsStayInTheRangeOfTheirCells() => Cases.Holds(
        one =>
        {
            int half = 1 << (one.Bits - 1);
            (int low, int high) = one.Chip.Cells switch
            {
                WeightCells.Byte => (sbyte.MinValue, sbyte.MaxValue),
                WeightCells.LowBits => (Math.Max(-2 * half, sbyte.MinValue), Math.Min((2 * half) - 1, sbyte.MaxValue)),
                _ => (-half, half - 1),
            };
            Assert.All(ReadBack(one.Chip, one.Bits, one.Weights).Weights, weight => Assert.InRange(weight, low, high));
        },
        Samples);

    /// <summary>What is counted is what happened, bit by bit.</summary>
    [Fact]
    public void CountsAreWhatHappened() => Cases.Holds(
        one =>
        {
            (sbyte[] faulty, FaultReport report) = ReadBack(one.Chip, one.Bits, one.Weights);

            // Above a packed weight's own bits stand copies of its sign, which are no cells.
            int exposed = one.Chip.Cells == WeightCells.Byte ? 0xFF : (1 << one.Bits) - 1;
            int[] changes = [.. faulty.Zip(one.Weights, (after, before) => (after ^ before) & exposed)];
            Assert.Equal(changes.Sum(change => BitOperations.PopCount((uint)change)), report.BitsChanged);
            Assert.Equal(faulty.Zip(one.Weights).Count(pair => pair.First != pair.Second), report.WeightsChanged);
            Assert.Equal((long)one.Weights.Length * BitOperations.PopCount((uint)(exposed & one.Chip.Options.Positions)), report.Counts.Cells);
            Assert.InRange(report.BitsChanged, 0, report.CellsFaulty);
            for (int bit = 0; bit < 8; bit++)
            {
                Assert.Equal(Count((after, before) => after & ~before, bit), report.Counts.ZeroToOne[bit]);
                Assert.Equal(Count((after, before) => before & ~after, bit), report.Counts.OneToZero[bit]);
            }

            long Count(Func<int, int, int> of, int bit) =>
                faulty.Zip(one.Weights, (after, before) => (of(after, before) & exposed) >> bit & 1).Sum(value => (long)value);
        },
        Samples);

    /// <summary>A cell that changes a bit at some rate makes the same of it at every higher one.</summary>
    [Fact]
    public void FaultsNest() => Gen.Select(Cases, Draw.BitErrorRate).Holds(
        one =>
        {
            ((Chip chip, int bits, sbyte[] weights), double other) = one;
            (double low, double high) = (Math.Min(chip.BitErrorRate, other), Math.Max(chip.BitErrorRate, other));
            (sbyte[] few, FaultReport fewReport) = ReadBack(chip.WithBitErrorRate(low), bits, weights);
            (sbyte[] many, FaultReport manyReport) = ReadBack(chip.WithBitErrorRate(high), bits, weights);
            int own = chip.Cells == WeightCells.Byte ? 0xFF : (1 << bits) - 1;
            Assert.All(few.Zip(many).Zip(weights), pair => Assert.Equal(0, (pair.First.First ^ pair.Second) & own & ~(pair.First.Second ^ pair.Second)));
            Assert.InRange(fewReport.CellsFaulty, 0, manyReport.CellsFaulty);
        },
        Samples);

    /// <summary>The same chip gives the same weights back, on any number of threads, and none at all at a rate of 0.</summary>
    [Fact]
    public void AChipIsItsSeed() => Cases.Holds(
        one =>
        {
            Assert.Equal(ReadBack(one.Chip, one.Bits, one.Weights).Weights, ReadBack(one.Chip, one.Bits, one.Weights, FaultTestData.TwoThreads).Weights);
            Assert.Equal(one.Weights, ReadBack(one.Chip.WithBitErrorRate(0), one.Bits, one.Weights).Weights);
        },
        Samples);

    /// <summary>
    /// The tiling of the reference's maps, written out: weight i of b bits is word k = i mod w of row floor(i / w^2) mod 8192, w = floor(128 / b), with bit j
    /// in column bk + j.
    /// </summary>
    [Fact]
    public void WeightsLieInTheReferencesMapsAsWrittenOut() => Gen.Select(Draw.Seed, Draw.BitErrorRate, Draw.Bits, Gen.Int[1, 6000]).Holds(
        one =>
        {
            (uint seed, double rate, int bits, int count) = one;
            FaultMap map = IbmFaultMap.Draw(seed, rate);
            int words = 128 / bits;
            sbyte[] zeros = new sbyte[count], expected = new sbyte[count];
            for (int i = 0; i < count; i++)
                for (int j = 0; j < bits; j++)
                {
                    int row = i / (words * words) % 8192, column = (bits * (i % words)) + j;
                    expected[i] |= (sbyte)((map.StuckAt1[(row * 16) + (column / 8)] >> (column % 8) & 1) << j);
                }

            var chip = new Chip(seed, rate, FaultModel.StuckAt, SramMapping.Ibm, null, new FaultOptions { Cells = WeightCells.LowBits });
            Assert.Equal(expected, ReadBack(chip, bits, zeros).Weights);
        },
        Samples);

    private static (sbyte[] Weights, FaultReport Report) ReadBack(Chip chip, int bits, sbyte[] weights, CpuDevice? device = null)
    {
        sbyte[] read = [.. weights];
        using var memory = new ChipMemory(device ?? FaultTestData.OneThread, chip);
        FaultReport report = memory.InjectAndCount(read, SramLayout.Place(chip, [("w", weights.Length)], bits)[0]);
        return (read, report);
    }
}
