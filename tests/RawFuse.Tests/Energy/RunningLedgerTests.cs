using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Energy;
using RawFuse.NeuralFuse.Generators;

namespace RawFuse.Tests.Energy;

/// <summary>What runs against what was planned.</summary>
public sealed class RunningLedgerTests : IDisposable
{
    private readonly CpuDevice device = new(2);

    /// <summary>The paper's eleven models and the baseline.</summary>
    public static TheoryData<string> Models => [.. BaseModel.Names.Where(name => name != "vgg6"), .. Generator.Names];

    [Theory]
    [MemberData(nameof(Models))]
    public void OneImageCostsWhatThePlanSays(string name)
    {
        NetworkDefinition definition = Define(name);
        using FrozenNetwork frozen = Freeze(definition);
        using Tensor image = Tensor.Zeros(device, new Shape(1, 32, 32, 3));
        (CountingConvention Convention, Dataflow Dataflow)[] ways =
            [.. from convention in Enum.GetValues<CountingConvention>() from dataflow in Enum.GetValues<Dataflow>() select (convention, dataflow)];
        RunningLedger[] ledgers = [.. ways.Select(way => new RunningLedger(frozen, way.Convention, SystolicArray.Paper, way.Dataflow))];
        frozen.Forward(image).Dispose();
        foreach ((RunningLedger ledger, (CountingConvention convention, Dataflow dataflow)) in ledgers.Zip(ways))
        {
            NetworkCost cost = NetworkCost.Of(definition, convention, SystolicArray.Paper, dataflow);
            Assert.Equal(cost.Ledger.Total, ledger.Total);
            Assert.Equal(cost.Macs, ledger.Macs);
            Assert.Equal(name == "UIP" ? 0 : 1, ledger.Images);
            Assert.Equal(cost.Ledger.Rows, ledger.PerImage().Rows);
            Assert.Equal(cost.Ledger.Total, ledger.PerImage().Total);
        }
    }

    [Fact]
    public void BatchesAddUpUntilTheLedgerIsDisposed()
    {
        NetworkDefinition definition = Define("ConvS");
        using FrozenNetwork frozen = Freeze(definition);
        NetworkCost cost = NetworkCost.Of(definition, CountingConvention.Exact, SystolicArray.Paper, Dataflow.WeightStationary);
        using Tensor two = Tensor.Zeros(device, new Shape(2, 32, 32, 3)), three = Tensor.Zeros(device, new Shape(3, 32, 32, 3));
        int seen = 0;
        frozen.Observer = (_, _) => seen++;
        using (var ledger = new RunningLedger(frozen, CountingConvention.Exact, SystolicArray.Paper, Dataflow.WeightStationary))
        {
            Assert.Equal((default, 0, 0), (ledger.Total, ledger.Macs, ledger.Images));
            Assert.Throws<InvalidOperationException>(ledger.PerImage);
            frozen.Forward(two).Dispose();
            frozen.Forward(three).Dispose();
            ledger.Dispose();
            frozen.Forward(two).Dispose();
            AccessCounts one = cost.Ledger.Total;
            Assert.Equal(new AccessCounts(5 * one.FilterReads, 5 * one.IfmapReads, 5 * one.OfmapWrites, 5 * one.Cycles, 5 * one.Macs), ledger.Total);
            Assert.Equal((5 * cost.Macs, 5), (ledger.Macs, ledger.Images));
            Assert.Equal(cost.Ledger.Rows, ledger.PerImage().Rows);
        }

        // Others who watch are not disturbed.
        Assert.Equal(3 * cost.Ledger.Rows.Count, seen);
    }

    [Fact]
    public void ABrokenRunHasNoCostPerImage()
    {
        using FrozenNetwork frozen = Freeze(Define("ConvS"));
        using Tensor image = Tensor.Zeros(device, new Shape(1, 32, 32, 3));
        using var ledger = new RunningLedger(frozen, CountingConvention.Exact, SystolicArray.Paper, Dataflow.OutputStationary);
        for (int whole = 0; whole < 2; whole++)
        {
            int layers = 0;
            Action<WeightLayer, int> breakOff = (_, _) => layers = layers == 2 ? throw new OperationCanceledException() : layers + 1;
            frozen.Observer += breakOff;
            Assert.Throws<OperationCanceledException>(() => frozen.Forward(image));
            frozen.Observer -= breakOff;
            Assert.Equal(whole, ledger.Images);
            Assert.Throws<InvalidOperationException>(ledger.PerImage);
            frozen.Forward(image).Dispose();
        }
    }

    public void Dispose() => device.Dispose();

    private static NetworkDefinition Define(string name) => BaseModel.Names.Contains(name) ? BaseModel.Define(name, 10) : Generator.Define(name);

    private FrozenNetwork Freeze(NetworkDefinition definition)
    {
        using var network = new Network(definition, device, seed: 1);
        return FrozenNetwork.From(network);
    }
}
