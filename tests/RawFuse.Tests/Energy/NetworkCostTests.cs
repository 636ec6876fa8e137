using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Energy;
using RawFuse.NeuralFuse.Generators;

namespace RawFuse.Tests.Energy;

/// <summary>The zoo's layers against the simulator's and ptflops' totals.</summary>
public sealed class NetworkCostTests
{
    /// <summary>The paper's eleven models on images of 32x32 and of 224x224 pixels.</summary>
    public static TheoryData<string, int> Models
    {
        get
        {
            var models = new TheoryData<string, int>();
            foreach (EnergyGolden.Row row in EnergyGolden.Rows("summary_os32x32.csv")) models.Add(row.Text("model"), row.Int("input"));
            return models;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void PaperCountsEqualTheSimulators(string name, int image)
    {
        EnergyGolden.Row row = RowOf("summary_os32x32.csv", name, image);
        NetworkCost cost = NetworkCost.Of(Define(name, image), CountingConvention.Paper, SystolicArray.Paper, Dataflow.OutputStationary);
        Assert.Equal(row.Int("layers"), cost.Ledger.Rows.Count);
        Assert.Equal(
            new AccessCounts(
                row.Long("sram_filter_reads"), row.Long("sram_ifmap_reads"), row.Long("sram_ofmap_writes_true"), row.Long("cycles_sum"),
                row.Long("scalesim_macs")),
            cost.Ledger.Total);
        Assert.Equal(row.Long("total_cycles_reported_v2_sum"), cost.Ledger.Total.Cycles - cost.Ledger.Rows.Count);
        Assert.Equal(row.Long("twma_div8"), cost.Ledger.TotalWeightMemoryAccesses);
        Assert.Equal(row.Long("true_macs"), cost.Macs);
        Assert.Equal(row.Long("params"), cost.Parameters);

        EnergyGolden.Row printed = RowOf("table7_check.csv", name, image);
        Assert.Equal(printed.Long("params"), cost.Parameters);
        Assert.Equal(printed.Long("ptflops_macs_exact"), cost.PrintedMacs);
        Assert.Equal(printed.Text("paper_macs"), PtflopsMacs.Print(cost.PrintedMacs));
        Assert.Equal(printed.Long("true_conv_fc_macs"), cost.Macs);
    }

    /// <summary>What the exact convention counts is what the layers compute, and its MACs are the true ones but for transposed convolutions.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void ExactCountsAreTheShapesThemselves(string name, int image)
    {
        NetworkDefinition definition = Define(name, image);
        foreach (WeightLayer layer in definition.Layers.OfType<WeightLayer>())
        {
            ArrayLayer shape = NetworkCost.ShapeOf(layer, definition, CountingConvention.Exact);
            Assert.Equal((layer.Output.Height, layer.Output.Width), (shape.OfmapHeight, shape.OfmapWidth));
            Assert.Equal(layer.Weight.Shape.Length, shape.FilterSize * shape.Filters);
        }

        NetworkCost cost = NetworkCost.Of(definition, CountingConvention.Exact, SystolicArray.Paper, Dataflow.OutputStationary);
        if (!definition.Layers.OfType<ConvTransposeLayer>().Any()) Assert.Equal(cost.Macs, cost.Ledger.Total.Macs);
    }

    /// <summary>A universal perturbation reads no weights: all that low voltage saves is saved.</summary>
    [Theory]
    [InlineData(32)]
    [InlineData(224)]
    public void AUniversalPerturbationCostsNothing(int image)
    {
        NetworkCost cost = NetworkCost.Of(Generator.Define("UIP", image), CountingConvention.Paper, SystolicArray.Paper, Dataflow.OutputStationary);
        Assert.Empty(cost.Ledger.Rows);
        Assert.Equal(default, cost.Ledger.Total);
        Assert.Equal((0, 0, 3L * image * image), (cost.Macs, cost.PrintedMacs, cost.Parameters));

        NetworkCost model = NetworkCost.Of(BaseModel.Define("resnet18", 10, image), CountingConvention.Paper, SystolicArray.Paper, Dataflow.OutputStationary);
        OperatingPoint point = OperatingPoint.ForBer(0.01);
        Assert.Equal(100 * (1 - point.AccessEnergyRatio), EnergySaving.FromAccesses(model.Ledger, cost.Ledger, point).Percent);
        Assert.Equal(100 * (1 - point.AccessEnergyRatio), EnergySaving.FromPrintedMacs(model.PrintedMacs, cost.PrintedMacs, point).Percent);
    }

    private static NetworkDefinition Define(string name, int image) =>
        BaseModel.Names.Contains(name, StringComparer.OrdinalIgnoreCase) ? BaseModel.Define(name, 10, image) : Generator.Define(name, image);

    private static EnergyGolden.Row RowOf(string file, string name, int image) =>
        EnergyGolden.Rows(file).Single(row => row.Text("model") == name && row.Int("input") == image);
}
