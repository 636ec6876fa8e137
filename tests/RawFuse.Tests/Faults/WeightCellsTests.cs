using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Tests.Faults;

/// <summary>Weights of 2 to 8 bits lie in the cells they are said to lie in.</summary>
public sealed class WeightCellsTests
{
    private const int Count = 24 * 25 * 9;

    public static TheoryData<SramMapping, WeightCells, int> Cases
    {
        get
        {
            var cases = new TheoryData<SramMapping, WeightCells, int>();
            foreach (SramMapping mapping in Enum.GetValues<SramMapping>())
                foreach (WeightCells cells in Enum.GetValues<WeightCells>())
                    for (int bits = 2; bits <= 8; bits++) cases.Add(mapping, cells, bits);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_are_read_from_their_cells(SramMapping mapping, WeightCells kind, int bits)
    {
        var chip = new Chip(21, 0.2, mapping: mapping, options: new FaultOptions { Cells = kind });
        SramPlace place = SramLayout.Place(chip, [("before", 100), ("weight", Count)], bits)[1];
        int cells = kind == WeightCells.Byte ? 8 : bits, group = mapping == SramMapping.Physical ? ((100 * cells) + 127) / 128 : 0;
        Assert.Equal((group, bits), (place.FirstGroup, place.Bits));
        NaiveMemory naive = mapping == SramMapping.Physical ? NaiveMemory.OfPhysical(chip, group + (Count * cells / 128) + 1) : NaiveMemory.OfReference(chip);
        sbyte[] clean = FaultTestData.Weights(Count, bits), expected = new sbyte[Count];
        var stuck = new long[8];
        for (int i = 0; i < Count; i++)
        {
            int first = NaiveMemory.FirstCell(mapping, i, group, cells, 8192, 128);
            expected[i] = naive.ReadWeight(clean[i], first, bits, kind);
            for (int j = 0; j < cells; j++) stuck[j] += naive.IsFaulty(first + j) ? 1 : 0;
        }

        using var memory = new ChipMemory(FaultTestData.TwoThreads, chip);
        sbyte[] faulty = [.. clean];
        FaultReport report = memory.InjectAndCount(faulty, place);
        Assert.Equal(expected, faulty);
        Assert.Equal(stuck, report.Counts.Faulty);
        Assert.Equal((kind, bits, (long)cells * Count), (report.Cells, report.Bits, report.Counts.Cells));

        using Storage<sbyte> packed = FaultTestData.TwoThreads.Allocate<sbyte>(FaultTestData.ToHwio(clean, 24, 25, 9));
        using Storage<byte> mask = FaultTestData.TwoThreads.Allocate<byte>(Count);
        memory.DrawMask(packed, 24, 25, 9, place, mask);
        FaultTestData.TwoThreads.Run<ApplyFaultMask, ApplyFaultMaskArgs>(new ApplyFaultMaskArgs(packed, Count, mask));
        Assert.Equal(FaultTestData.ToHwio(expected, 24, 25, 9), packed.ToArray());
    }

    /// <summary>The reference's ranges of faulty weights at a bit error rate of one half, and those of the other kinds of cells.</summary>
    [Fact]
    public void Ranges_are_the_references()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "models", "misc_checks.json")));
        foreach (int bits in (int[])[4, 8])
        {
            JsonElement range = golden.RootElement.GetProperty($"prec{bits}_ber0.5");
            Assert.Equal((range.GetProperty("qmin").GetDouble(), range.GetProperty("qmax").GetDouble()), Range(null, SramMapping.Ibm, bits));
        }

        Assert.Equal((-16.0, 15.0), Range(WeightCells.LowBits, SramMapping.Physical, 4));
        Assert.Equal((-8.0, 7.0), Range(WeightCells.Packed, SramMapping.Ibm, 4));
        Assert.Equal((-8.0, 7.0), Range(null, SramMapping.Physical, 4));
        Assert.Equal((-128.0, 127.0), Range(WeightCells.Byte, SramMapping.Physical, 4));

        static (double Minimum, double Maximum) Range(WeightCells? cells, SramMapping mapping, int bits)
        {
            int levels = QuantizedWeights.LevelsOf(bits);
            sbyte[] weights = [.. FaultTestData.Weights(100_000, bits).Select(weight => (sbyte)Math.Max((int)weight, -levels))];
            using var memory = new ChipMemory(FaultTestData.OneThread, new Chip(0, 0.5, mapping: mapping, options: new FaultOptions { Cells = cells }));
            memory.InjectAndCount(weights, new SramPlace("w", weights.Length, 0, bits));
            return (weights.Min(), weights.Max());
        }
    }

    [Fact]
    public void Reports_count_exposed_cells_alone()
    {
        sbyte[] weights = FaultTestData.Weights(10_000, 4);
        using var memory = new ChipMemory(FaultTestData.OneThread, new Chip(3, 1, FaultModel.Flip, options: new FaultOptions { Positions = 0b1010_1010 }));
        FaultReport report = memory.InjectAndCount(weights, new SramPlace("w", weights.Length, 0, 4));
        Assert.Equal((WeightCells.Packed, 20_000L, 20_000L, 10_000L), (report.Cells, report.Counts.Cells, report.CellsFaulty, report.WeightsChanged));
        Assert.Equal((1.0, 1.0, 1.0), (report.CellBer, report.FlipRate, report.RequestedBer));
        Assert.Equal([0, 1, 0, 1, 0, 0, 0, 0], report.Counts.Rates(report.Counts.Faulty));
    }

    [Fact]
    public void Bad_weights_are_refused()
    {
        using var memory = new ChipMemory(FaultTestData.OneThread, new Chip(3, 0.1));
        Assert.Throws<ArgumentException>(() => memory.InjectAndCount(new sbyte[] { 0, 8 }, new SramPlace("w", 2, 0, 4)));
        Assert.Throws<ArgumentException>(() => memory.InjectAndCount(new sbyte[] { 0, -9 }, new SramPlace("w", 2, 0, 4)));
        foreach (int bits in (int[])[1, 9])
        {
            Assert.ThrowsAny<ArgumentException>(() => memory.InjectAndCount(new sbyte[2], new SramPlace("w", 2, 0, bits)));
            Assert.ThrowsAny<ArgumentException>(() => SramLayout.Place(SramMapping.Physical, [("w", 2)], bits));
            Assert.ThrowsAny<ArgumentException>(() => FaultCells.Drawn(1, 0.1, FaultModel.Flip).Of(bits));
        }

        Assert.ThrowsAny<ArgumentException>(() => SramLayout.Place(SramMapping.Physical, [("w", 2)], 4, (WeightCells)7));
        Assert.ThrowsAny<ArgumentException>(() => new Chip(1, 0.1, options: new FaultOptions { Cells = (WeightCells)7 }));
    }
}
