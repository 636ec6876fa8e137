using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Tests.Faults;

/// <summary>Chips, their memories and what is counted about them.</summary>
public sealed class ChipTests
{
    private static readonly (string Name, int Weights)[] Tensors = [("a", 17), ("b", 0), ("c", 32), ("d", 5)];

    [Fact]
    public void Tensors_start_on_fresh_groups()
    {
        Assert.Equal([0L, 2, 2, 4], SramLayout.Place(SramMapping.Physical, Tensors).Select(place => place.FirstGroup));
        Assert.Equal([0L, 0, 0, 0], SramLayout.Place(SramMapping.Ibm, Tensors).Select(place => place.FirstGroup));
        Assert.ThrowsAny<ArgumentException>(() => SramLayout.Place(SramMapping.Physical, [("a", -1)]));
        Assert.ThrowsAny<ArgumentException>(() => SramLayout.Place((SramMapping)9, Tensors));
    }

    /// <summary>Tensors of a model use different cells, and each the ones that a single large tensor in their place would.</summary>
    [Fact]
    public void Places_are_parts_of_one_memory()
    {
        using var memory = new ChipMemory(FaultTestData.OneThread, new Chip(4, 0.1, FaultModel.Flip));
        var whole = new sbyte[96];
        memory.InjectAndCount(whole, new SramPlace("whole", 96, 0));
        foreach (SramPlace place in SramLayout.Place(SramMapping.Physical, Tensors))
        {
            var part = new sbyte[place.Weights];
            memory.InjectAndCount(part, place);
            Assert.Equal(whole.Skip((int)place.FirstGroup * 16).Take(place.Weights), part);
        }
    }

    [Fact]
    public void A_small_memory_is_used_again()
    {
        var geometry = new SramGeometry(banks: 2, rows: 3, columns: 256);
        Assert.Equal(12, geometry.Groups);
        using var memory = new ChipMemory(FaultTestData.OneThread, new Chip(4, 0.1, FaultModel.Flip, geometry: geometry));
        var weights = new sbyte[400];
        memory.InjectAndCount(weights, new SramPlace("w", 400, 5));
        Assert.Equal(weights[..208], weights[192..]);
        Assert.Contains(weights, weight => weight != 0);
    }

    /// <summary>Counted by the definition: a cell is faulty or not, a bit differs or not.</summary>
    [Theory]
    [InlineData(FaultModel.StuckAt)]
    [InlineData(FaultModel.Flip)]
    public void Report_counts_what_happens(FaultModel model)
    {
        sbyte[] clean = FaultTestData.Weights(1001), faulty = [.. clean], locations = new sbyte[1001];
        using var memory = new ChipMemory(FaultTestData.TwoThreads, new Chip(12, 0.03, model));
        using var flipping = new ChipMemory(FaultTestData.TwoThreads, new Chip(12, 0.03, FaultModel.Flip));
        var place = new SramPlace("w", 1001, 7);
        FaultReport report = memory.InjectAndCount(faulty, place);
        flipping.InjectAndCount(locations, place);

        Assert.Equal(locations.Sum(value => Bits(value)), report.CellsFaulty);
        Assert.Equal(clean.Zip(faulty, (a, b) => Bits(a ^ b)).Sum(), report.BitsChanged);
        Assert.Equal(clean.Zip(faulty, (a, b) => a != b ? 1 : 0).Sum(), report.WeightsChanged);
        Assert.Equal(("w", 1001), (report.Name, report.Weights));

        using Storage<sbyte> onDevice = FaultTestData.TwoThreads.Allocate<sbyte>(clean);
        memory.Inject(onDevice, place);
        Assert.Equal(faulty, onDevice.ToArray());

        static int Bits(int value) => System.Numerics.BitOperations.PopCount((uint)value & 0xFF);
    }

    [Fact]
    public void Summary_adds_up()
    {
        var summary = new FaultSummary([Report("a", 100, 8, 4, 3), Report("b", 300, 24, 12, 11)], 0.01);
        Assert.Equal((400L, 32L, 16L, 14L), (summary.Weights, summary.CellsFaulty, summary.BitsChanged, summary.WeightsChanged));
        Assert.Equal((0.01, 0.005, 0.01), (summary.CellBer, summary.FlipRate, summary.RequestedBer));
        Assert.Equal((0.0, 0.0), (new FaultSummary([], 0.01).CellBer, new FaultSummary([], 0.01).FlipRate));

        static FaultReport Report(string name, int weights, long stuck, long changed, long weightsChanged)
        {
            long[] none = new long[8], exposed = [.. Enumerable.Repeat((long)weights, 8)];
            var counts = new FaultCounts(exposed, [stuck, 0, 0, 0, 0, 0, 0, 0], none, none, none, [changed, 0, 0, 0, 0, 0, 0, 0]);
            return new FaultReport(name, weights, 8, WeightCells.Byte, 0.01, counts, weightsChanged);
        }
    }

    [Fact]
    public void Bad_chips_are_refused()
    {
        foreach (double ber in (double[])[-1e-9, 1.0000001, double.NaN, double.NegativeInfinity])
        {
            Assert.ThrowsAny<ArgumentException>(() => new Chip(1, ber));
            Assert.ThrowsAny<ArgumentException>(() => IbmFaultMap.Draw(1, ber));
        }

        Assert.ThrowsAny<ArgumentException>(() => new Chip(uint.MaxValue, 0.1, mapping: SramMapping.Ibm));
        Assert.ThrowsAny<ArgumentException>(() => new Chip(1, 0.1, mapping: SramMapping.Ibm, geometry: new SramGeometry(1, 1, 128)));
        Assert.ThrowsAny<ArgumentException>(() => new Chip(1, 0.1, (FaultModel)5));
        Assert.ThrowsAny<ArgumentException>(() => new Chip(1, 0.1, mapping: (SramMapping)5));
        Assert.ThrowsAny<ArgumentException>(() => new SramGeometry(0, 1, 128));
        Assert.ThrowsAny<ArgumentException>(() => new SramGeometry(1, 0, 128));
        Assert.ThrowsAny<ArgumentException>(() => new SramGeometry(1, 1, 0));
        Assert.ThrowsAny<ArgumentException>(() => new SramGeometry(1, 1, 200));
        using var memory = new ChipMemory(FaultTestData.OneThread, new Chip(1, 0.1));
        using Storage<sbyte> packed = FaultTestData.OneThread.Allocate<sbyte>(6);
        using Storage<byte> mask = FaultTestData.OneThread.Allocate<byte>(6);
        Assert.Throws<ArgumentException>(() => memory.InjectAndCount(new sbyte[3], new SramPlace("w", 4, 0)));
        Assert.Throws<ArgumentException>(() => memory.DrawMask(packed, 2, 3, 1, new SramPlace("w", 5, 0), mask));
    }
}
