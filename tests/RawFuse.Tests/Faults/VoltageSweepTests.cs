using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Tests.Faults;

/// <summary>Faults nest in the bit error rate, and a sweep moves between rates by the difference alone.</summary>
public sealed class VoltageSweepTests(EmulatorFixture emulator) : IClassFixture<EmulatorFixture>
{
    private static readonly double[] Rates = [0, 0.0001, 0.01, 0.0100001, 0.3, 1];

    private static readonly SramGeometry Geometry = new(banks: 2, rows: 20, columns: 128);

    public static TheoryData<SramMapping, FaultModel, WeightCells, int> Cases
    {
        get
        {
            var cases = new TheoryData<SramMapping, FaultModel, WeightCells, int>();
            foreach (SramMapping mapping in Enum.GetValues<SramMapping>())
                foreach (FaultModel model in Enum.GetValues<FaultModel>())
                    foreach (WeightCells cells in Enum.GetValues<WeightCells>())
                        foreach (int bits in (int[])[3, 8]) cases.Add(mapping, model, cells, bits);
            return cases;
        }
    }

    /// <summary>Every cell that is faulty at a rate is so at every larger one, and does the same there.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Faults_nest(SramMapping mapping, FaultModel model, WeightCells cells, int bits) => Nest(
        Rates.Select(rate => new Chip(31, rate, model, mapping, options: new FaultOptions { Cells = cells })), bits);

    [Theory]
    [InlineData(FaultModel.StuckAt)]
    [InlineData(FaultModel.Flip)]
    public void Lines_nest(FaultModel model)
    {
        Nest(Rates.Select(rate => Lined(model, 0.01, rate, 0)), 5);
        Nest(Rates.Select(rate => Lined(model, 0.01, 0, rate)), 5);
        Nest(Rates.Select(rate => Lined(model, rate, 0.05, 0.05)), 5);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sweeps_end_where_fresh_draws_do(SramMapping mapping, FaultModel model, WeightCells cells, int bits)
    {
        // Maps of the reference take long to draw: with 8 bits they are left to the CPU.
        Device[] devices = mapping == SramMapping.Physical || bits == 3 ? [FaultTestData.TwoThreads, emulator.Device] : [FaultTestData.TwoThreads];
        foreach (Device device in devices)
        {
            using FrozenNetwork network = MakeNetwork(device, bits);
            using var faults = new WeightFaults(network, 3);
            for (int i = 0; i < 3; i++) faults.Clear(i);
            using var sweep = new VoltageSweep(network, new Chip(8, 0.05, model, mapping, options: new FaultOptions { Cells = cells }), faults, set: 1);
            byte[][] before = Masks(network, faults);
            foreach (double rate in (double[])[0.01, 0.1, 0.1, 1, 0.01, 0])
            {
                long touched = sweep.MoveTo(rate);
                byte[][] after = Masks(network, faults), fresh = Fresh(network, sweep.Chip);
                Assert.Equal(fresh, after);
                Assert.Equal(before.Zip(after, (a, b) => a.Zip(b, (x, y) => x != y ? 1 : 0).Sum()).Sum(), touched);
                Assert.Equal(rate, sweep.Chip.BitErrorRate);
                before = after;
            }

            Assert.All(before, mask => Assert.All(mask, value => Assert.Equal(0, value)));
            Assert.True(sweep.MoveTo(0.5) > 0);
        }
    }

    [Fact]
    public void Lines_can_be_swept()
    {
        using FrozenNetwork network = MakeNetwork(FaultTestData.TwoThreads, 8);
        using var faults = new WeightFaults(network, 3);
        for (int i = 0; i < 3; i++) faults.Clear(i);
        using var sweep = new VoltageSweep(network, Lined(FaultModel.StuckAt, 0, 0, 0), faults, set: 1);
        foreach ((double row, double column) in ((double, double)[])[(0.1, 0), (0.2, 0.1), (0, 0.1), (0, 0)])
        {
            sweep.MoveTo(Lined(FaultModel.StuckAt, 0.01, row, column));
            Assert.Equal(Fresh(network, sweep.Chip), Masks(network, faults));
        }
    }

    [Fact]
    public void Bad_sweeps_are_refused()
    {
        using FrozenNetwork network = MakeNetwork(FaultTestData.TwoThreads, 8);
        using var faults = new WeightFaults(network, 2);
        var transient = new Chip(1, 0.1, options: new FaultOptions { TransientRate = 0.1 });
        Assert.Throws<ArgumentException>(() => new VoltageSweep(network, transient, faults));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VoltageSweep(network, new Chip(1, 0.1), faults, set: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VoltageSweep(network, new Chip(1, 0.1), faults, set: -1));
        using var sweep = new VoltageSweep(network, new Chip(1, 0.1), faults);
        byte[][] before = Masks(network, faults);
        Assert.ThrowsAny<ArgumentException>(() => sweep.MoveTo(1.1));
        Assert.Throws<ArgumentException>(() => sweep.MoveTo(transient));
        Assert.Equal(before, Masks(network, faults));
        foreach (int set in (int[])[-1, 2])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => faults.Clear(set));
            Assert.Throws<ArgumentOutOfRangeException>(() => new ChipPopulation(0.1).Draw(network, 1, faults, set));
        }

        Assert.Equal(before, Masks(network, faults));
        using Storage<byte> mask = FaultTestData.TwoThreads.Allocate<byte>(5);
        using Storage<int> touched = FaultTestData.TwoThreads.Allocate<int>(1);
        Assert.Throws<ArgumentException>(() => FaultTestData.TwoThreads.Run<UpdateFaultMask, UpdateFaultMaskArgs>(new(mask, 5, mask, 1, touched)));
    }

    private static Chip Lined(FaultModel model, double ber, double rowRate, double columnRate) =>
        new(31, ber, model, geometry: Geometry, options: new FaultOptions { RowRate = rowRate, ColumnRate = columnRate });

    private static void Nest(IEnumerable<Chip> chips, int bits)
    {
        var place = new SramPlace("w", 5000, 3, bits);
        byte[]? faulty = null, values = null;
        foreach (Chip chip in chips)
        {
            using var memory = new ChipMemory(FaultTestData.OneThread, chip);
            sbyte[] zeros = new sbyte[place.Weights], ones = [.. Enumerable.Repeat((sbyte)-1, place.Weights)];
            memory.InjectAndCount(zeros, place);
            memory.InjectAndCount(ones, place);
            int low = chip.Cells == WeightCells.Byte ? 0xFF : (1 << bits) - 1;
            byte[] more = [.. zeros.Zip(ones, (zero, one) => (byte)(((byte)zero | (byte)~one) & low))];
            byte[] moreValues = [.. zeros.Select(zero => (byte)(zero & low))];
            for (int i = 0; i < place.Weights && faulty is not null && values is not null; i++)
            {
                Assert.Equal(faulty[i], faulty[i] & more[i]);
                Assert.Equal(values[i], moreValues[i] & faulty[i]);
            }

            (faulty, values) = (more, moreValues);
        }

        // The last rate is 1 or so large that nothing else is tested with faults.
        Assert.Contains(faulty!, value => value != 0);
    }

    /// <summary>Masks of three sets whose middle one was drawn anew.</summary>
    private static byte[][] Fresh(FrozenNetwork network, Chip chip)
    {
        using var faults = new WeightFaults(network, 3);
        for (int i = 0; i < 3; i++) faults.Clear(i);
        new ChipPopulation(chip).Draw(network, chip.Seed, faults, 1);
        return Masks(network, faults);
    }

    private static byte[][] Masks(FrozenNetwork network, WeightFaults faults) => [.. network.Weights.Select(weights => faults[weights.Layer].ToArray())];

    private static FrozenNetwork MakeNetwork(Device device, int bits)
    {
        var builder = new NetworkBuilder(4, 4, 3);
        Node x = builder.Conv2d(builder.Input, "first", 7, 3, padding: 1);
        x = builder.Linear(builder.Conv2d(x, "second", 5, 3, padding: 1, bias: false), "last", 3);
        using var network = new Network(builder.Build("small", x), device, seed: 2);
        return FrozenNetwork.From(network, bits);
    }
}
