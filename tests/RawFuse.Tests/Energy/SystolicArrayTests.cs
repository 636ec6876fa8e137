using RawFuse.NeuralFuse.Energy;

namespace RawFuse.Tests.Energy;

public sealed class SystolicArrayTests
{
    /// <summary>Every random layer the simulator was run on: three dataflows, odd array sizes, strides and filters that are not square.</summary>
    [Fact]
    public void RandomLayersEqualTheSimulator()
    {
        var rows = EnergyGolden.Rows("random_layers.csv");
        foreach (var row in rows)
        {
            var layer = new ArrayLayer(
                "random", row.Int("ifmap_h"), row.Int("ifmap_w"), row.Int("filt_h"), row.Int("filt_w"),
                row.Int("channels"), row.Int("num_filters"), row.Int("stride_h"), row.Int("stride_w"));
            var dataflow = row.Text("dataflow") switch
            {
                "os" => Dataflow.OutputStationary,
                "ws" => Dataflow.WeightStationary,
                "is" => Dataflow.InputStationary,
                var other => throw new InvalidDataException(other),
            };
            var expected = new AccessCounts(
                row.Long("sram_filter_reads"), row.Long("sram_ifmap_reads"), row.Long("ofmap_writes_trace_valid"),
                row.Long("total_cycles") + 1, layer.OfmapPixels * layer.FilterSize * layer.Filters);

            Assert.Equal(expected, new SystolicArray(row.Int("arr_rows"), row.Int("arr_cols")).Count(layer, dataflow));
        }

        Assert.Equal(90, rows.Count);
        Assert.Equal(3, rows.Select(row => row.Text("dataflow")).Distinct().Count());
    }

    /// <summary>M = 4 output pixels, K = 3*3*1 weights a filter, N = 3 filters on a 2x2 array; every number worked out by hand.</summary>
    [Theory]
    [InlineData(Dataflow.OutputStationary, 54, 72, 12, 44)] // 2x2 folds of 9+2+2-2 cycles
    [InlineData(Dataflow.WeightStationary, 27, 72, 60, 80)] // 5x2 folds of 2*2+2+4-2 cycles
    [InlineData(Dataflow.InputStationary, 54, 36, 60, 70)] // 5x2 folds of 2*2+2+3-2 cycles
    public void TinyLayerByHand(Dataflow dataflow, long filterReads, long ifmapReads, long ofmapWrites, long cycles)
    {
        var layer = new ArrayLayer("tiny", 4, 4, 3, 3, 1, 3, 1);

        Assert.Equal(new AccessCounts(filterReads, ifmapReads, ofmapWrites, cycles, Macs: 108), new SystolicArray(2, 2).Count(layer, dataflow));
    }

    [Theory]
    [InlineData(Dataflow.OutputStationary)]
    [InlineData(Dataflow.WeightStationary)]
    [InlineData(Dataflow.InputStationary)]
    public void OneMultiplicationTouchesEverythingOnce(Dataflow dataflow)
    {
        // WS and IS take one cycle more, to load the stationary operand.
        var expected = new AccessCounts(1, 1, 1, Cycles: dataflow == Dataflow.OutputStationary ? 1 : 2, 1);

        Assert.Equal(expected, new SystolicArray(1, 1).Count(ArrayLayer.Linear("one", 1, 1), dataflow));
    }

    [Fact]
    public void FloorCountsTheLayerAsItIs()
    {
        // ResNet18's layer2.0.conv1 has 64*128*9 weights and 16x16 outputs, 18,874,368 MACs; counted with 17x17 outputs they are 21,307,392.
        var paper = new ArrayLayer("layer2.0.conv1", 34, 34, 3, 3, 64, 128, 2);
        var exact = new ArrayLayer("layer2.0.conv1", 34, 34, 3, 3, 64, 128, 2, OfmapRounding.Floor);

        Assert.Equal(21_307_392, SystolicArray.Paper.Count(paper, Dataflow.OutputStationary).Macs);
        Assert.Equal(18_874_368, SystolicArray.Paper.Count(exact, Dataflow.OutputStationary).Macs);
    }

    [Fact]
    public void OverflowNamesTheLayer()
    {
        var layer = new ArrayLayer("huge", int.MaxValue, int.MaxValue, 1, 1, int.MaxValue, 1, 1);

        foreach (var dataflow in Enum.GetValues<Dataflow>())
        {
            Assert.Contains("'huge'", Assert.Throws<OverflowException>(() => SystolicArray.Paper.Count(layer, dataflow)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void LargestArrayDoesNotOverflow()
    {
        var counts = new SystolicArray(int.MaxValue, int.MaxValue).Count(ArrayLayer.Linear("one", 1, 1), Dataflow.WeightStationary);

        Assert.Equal(3L * int.MaxValue - 1, counts.Cycles);
    }

    [Fact]
    public void BadArgumentsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("rows", () => new SystolicArray(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>("columns", () => new SystolicArray(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>("dataflow", () => SystolicArray.Paper.Count(ArrayLayer.Linear("one", 1, 1), (Dataflow)3));
    }
}
