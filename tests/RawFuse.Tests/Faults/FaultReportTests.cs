using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Tests.Faults;

/// <summary>Counts and rates by layer, bit position and direction.</summary>
public sealed class FaultReportTests
{
    public static TheoryData<FaultModel, SramMapping, int> Cases
    {
        get
        {
            var cases = new TheoryData<FaultModel, SramMapping, int>();
            foreach (FaultModel model in Enum.GetValues<FaultModel>())
            {
                cases.Add(model, SramMapping.Physical, 8);
                cases.Add(model, SramMapping.Physical, 5);
                cases.Add(model, SramMapping.Ibm, 3);
            }

            return cases;
        }
    }

    /// <summary>By the definition: each cell holds a 0 and a 1 and is asked for both; each bit is compared.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_position_and_direction_is_counted(FaultModel model, SramMapping mapping, int bits)
    {
        const int Count = 3001;
        var place = new SramPlace("w", Count, 0, bits);
        using var memory = new ChipMemory(FaultTestData.OneThread, new Chip(12, 0.1, model, mapping));
        sbyte[] clean = FaultTestData.Weights(Count, bits), faulty = [.. clean], zeros = new sbyte[Count], ones = [.. Enumerable.Repeat((sbyte)-1, Count)];
        FaultReport report = memory.InjectAndCount(faulty, place);
        memory.InjectAndCount(zeros, place);
        memory.InjectAndCount(ones, place);

        for (int position = 0; position < 8; position++)
        {
            int Number(Func<int, bool> isCounted) => position < bits ? Enumerable.Range(0, Count).Count(isCounted) : 0;
            bool Bit(sbyte[] values, int i) => (values[i] >> position & 1) != 0;
            Assert.Equal(Number(_ => true), report.Counts.Exposed[position]);
            Assert.Equal(Number(i => !Bit(zeros, i) && !Bit(ones, i)), report.Counts.StuckAt0[position]);
            Assert.Equal(Number(i => Bit(zeros, i) && Bit(ones, i)), report.Counts.StuckAt1[position]);
            Assert.Equal(Number(i => Bit(zeros, i) && !Bit(ones, i)), report.Counts.Flipping[position]);
            Assert.Equal(Number(i => !Bit(clean, i) && Bit(faulty, i)), report.Counts.ZeroToOne[position]);
            Assert.Equal(Number(i => Bit(clean, i) && !Bit(faulty, i)), report.Counts.OneToZero[position]);
        }

        Assert.True(model == FaultModel.Flip ? report.Counts.StuckAt1.Sum() == 0 : report.Counts.Flipping.Sum() == 0);
        Assert.Equal(report.CellsFaulty, report.Counts.StuckAt0.Sum() + report.Counts.StuckAt1.Sum() + report.Counts.Flipping.Sum());
        Assert.Equal(report.BitsChanged, report.Counts.ZeroToOne.Sum() + report.Counts.OneToZero.Sum());
        Assert.Equal(report.CellsFaulty / (double)(bits * Count), report.CellBer);
        Assert.Equal(report.BitsChanged / (double)(bits * Count), report.FlipRate);
        Assert.Equal(report.Counts.ZeroToOne[1] / (double)Count, report.Counts.Rates(report.Counts.ZeroToOne)[1]);
        Assert.Equal(report.Counts.ZeroToOne.Sum() / (double)(bits * Count), report.Counts.Rate(report.Counts.ZeroToOne));
    }

    /// <summary>Only chosen bits fail, in every kind of cell, and what they do is what they do when all may fail.</summary>
    [Theory]
    [InlineData(SramMapping.Physical, 8, 0b1000_0000)]
    [InlineData(SramMapping.Physical, 4, 0b1111_0101)]
    [InlineData(SramMapping.Ibm, 8, 0b0000_0011)]
    [InlineData(SramMapping.IbmUntiled, 6, 0b0010_0000)]
    [InlineData(SramMapping.Physical, 8, 0)]
    public void Chosen_positions_fail_alone(SramMapping mapping, int bits, byte positions)
    {
        var place = new SramPlace("w", 5000, 0, bits);
        Chip all = new(5, 0.2, mapping: mapping), some = new(5, 0.2, mapping: mapping, options: new FaultOptions { Positions = positions });
        (FaultCounts whole, sbyte[] wholly) = Inject(all);
        (FaultCounts chosen, sbyte[] faulty) = Inject(some);
        sbyte[] clean = FaultTestData.Weights(5000, bits);
        for (int i = 0; i < clean.Length && bits == 8; i++) Assert.Equal(clean[i] ^ ((clean[i] ^ wholly[i]) & (sbyte)positions), faulty[i]);
        for (int position = 0; position < 8; position++)
        {
            bool isChosen = (positions >> position & 1) != 0;
            Assert.Equal(isChosen ? whole.Exposed[position] : 0, chosen.Exposed[position]);
            Assert.Equal(isChosen ? whole.StuckAt0[position] : 0, chosen.StuckAt0[position]);
            Assert.Equal(isChosen ? whole.StuckAt1[position] : 0, chosen.StuckAt1[position]);
            Assert.Equal(isChosen ? whole.ZeroToOne[position] : 0, chosen.ZeroToOne[position]);
            Assert.Equal(isChosen ? whole.OneToZero[position] : 0, chosen.OneToZero[position]);
        }

        (FaultCounts Counts, sbyte[] Faulty) Inject(Chip chip)
        {
            sbyte[] weights = FaultTestData.Weights(5000, bits);
            using var memory = new ChipMemory(FaultTestData.OneThread, chip);
            return (memory.InjectAndCount(weights, place).Counts, weights);
        }
    }

    [Fact]
    public void Summaries_add_positions()
    {
        using var memory = new ChipMemory(FaultTestData.OneThread, new Chip(5, 0.2));
        FaultReport eight = memory.InjectAndCount(FaultTestData.Weights(300), new SramPlace("a", 300, 0));
        FaultReport four = memory.InjectAndCount(FaultTestData.Weights(200, 4), new SramPlace("b", 200, 40, 4));
        var summary = new FaultSummary([eight, four], 0.2);
        Assert.Equal([500, 500, 500, 500, 300, 300, 300, 300], summary.Counts.Exposed);
        for (int position = 0; position < 8; position++)
        {
            Assert.Equal(eight.Counts.StuckAt0[position] + four.Counts.StuckAt0[position], summary.Counts.StuckAt0[position]);
            Assert.Equal(eight.Counts.OneToZero[position] + four.Counts.OneToZero[position], summary.Counts.OneToZero[position]);
        }

        Assert.Equal((eight.CellsFaulty + four.CellsFaulty) / 3200.0, summary.CellBer);
        Assert.Equal((eight.BitsChanged + four.BitsChanged) / 3200.0, summary.FlipRate);
    }
}
