using RawFuse.NeuralFuse.Energy;

namespace RawFuse.Tests.Energy;

public sealed class AccessLedgerTests
{
    public static TheoryData<string> Models => [.. EnergyGolden.LayerListModels];

    [Theory]
    [MemberData(nameof(Models))]
    public void EveryLayerEqualsTheSimulator(string model)
    {
        var rows = EnergyGolden.Rows($"layers_os_{model}_32.csv");
        var ledger = new AccessLedger(EnergyGolden.Layers(model), SystolicArray.Paper, Dataflow.OutputStationary);

        Assert.Equal(rows.Count, ledger.Rows.Count);
        foreach (var (row, (layer, counts)) in rows.Zip(ledger.Rows.Select(r => (r.Layer, r.Counts))))
        {
            Assert.Equal(row.Text("layer"), layer.Name);
            Assert.Equal(row.Int("ofmap_h"), layer.OfmapHeight);
            Assert.Equal(row.Int("ofmap_w"), layer.OfmapWidth);
            Assert.Equal(row.Long("total_cycles_reported_v2") + 1, counts.Cycles);
            Assert.Equal(
                new AccessCounts(
                    row.Long("sram_filter_reads"), row.Long("sram_ifmap_reads"), row.Long("sram_ofmap_writes_true"),
                    row.Long("cycles"), row.Long("scalesim_macs")),
                counts);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void TotalsEqualTheSimulatorAndTable6(string model)
    {
        var row = EnergyGolden.Rows("summary_os32x32.csv").Single(r => r.Text("model") == model && r.Int("input") == 32);
        var ledger = new AccessLedger(EnergyGolden.Layers(model), SystolicArray.Paper, Dataflow.OutputStationary);

        Assert.Equal(
            new AccessCounts(
                row.Long("sram_filter_reads"), row.Long("sram_ifmap_reads"), row.Long("sram_ofmap_writes_true"),
                row.Long("cycles_sum"), row.Long("scalesim_macs")),
            ledger.Total);
        Assert.Equal(row.Long("twma_div8"), ledger.TotalWeightMemoryAccesses);
        Assert.Equal(row.Long("paper_table6"), ledger.TotalWeightMemoryAccesses);
    }

    /// <summary>For stride 1 both roundings agree, so a whole model without strided or transposed convolutions must have its true MACs.</summary>
    [Theory]
    [InlineData("VGG11")]
    [InlineData("ConvS")]
    public void MacsOfPlainModelsAreTrue(string model)
    {
        var row = EnergyGolden.Rows("summary_os32x32.csv").Single(r => r.Text("model") == model && r.Int("input") == 32);

        Assert.Equal(row.Long("true_macs"), new AccessLedger(EnergyGolden.Layers(model), SystolicArray.Paper, Dataflow.OutputStationary).Total.Macs);
    }

    [Fact]
    public void WordsAreNotRounded()
    {
        var ledger = new AccessLedger([ArrayLayer.Linear("a", 3, 1), ArrayLayer.Linear("b", 3, 3)], SystolicArray.Paper, Dataflow.WeightStationary);

        Assert.Equal(12, ledger.Total.FilterReads);
        Assert.Equal(1.5, ledger.TotalWeightMemoryAccesses);
        Assert.Equal([0.375, 1.125], ledger.Rows.Select(row => row.Counts.WeightMemoryAccesses));
    }

    [Fact]
    public void TotalsBeyond64BitsOverflow()
    {
        // 2^31 - 1 outputs of 2^31 - 1 weights: just under 2^62 MACs, so the third layer is one too many.
        var layer = ArrayLayer.Linear("large", int.MaxValue, int.MaxValue);
        var array = new SystolicArray(int.MaxValue, int.MaxValue);

        Assert.Equal(2, new AccessLedger([layer, layer], array, Dataflow.OutputStationary).Rows.Count);
        Assert.Throws<OverflowException>(() => new AccessLedger([layer, layer, layer], array, Dataflow.OutputStationary));
    }
}
