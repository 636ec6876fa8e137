using CsCheck;
using RawFuse.NeuralFuse.Energy;

namespace RawFuse.Tests.Properties;

/// <summary>Relations that hold between accesses whatever the layer and the array are.</summary>
public sealed class EnergyProperties
{
    private static readonly Gen<ArrayLayer> Layers =
        from filter in Gen.Select(Gen.Int[1, 7], Gen.Int[1, 7])
        from size in Gen.Select(Gen.Int[0, 40], Gen.Int[0, 40])
        from channels in Gen.Int[1, 300]
        from filters in Gen.Int[1, 300]
        from stride in Gen.Int[1, 3]
        select new ArrayLayer("any", filter.Item1 + size.Item1, filter.Item2 + size.Item2, filter.Item1, filter.Item2, channels, filters, stride);

    private static readonly Gen<SystolicArray> Arrays = Gen.Select(Gen.Int[1, 64], Gen.Int[1, 64]).Select((rows, columns) => new SystolicArray(rows, columns));

    private static readonly Gen<double> Voltages = Gen.Double[VoltageCurve.MinimumVoltage, VoltageCurve.MaximumVoltage];

    /// <summary>The work is the layer's, however it is laid out; every weight and every input is read and every output written at least once.</summary>
    [Fact]
    public void NothingIsLeftOut() => Gen.Select(Layers, Arrays, Gen.Enum<Dataflow>()).Holds(one =>
    {
        (ArrayLayer layer, SystolicArray array, Dataflow dataflow) = one;
        AccessCounts counts = array.Count(layer, dataflow);
        Assert.Equal(layer.OfmapPixels * layer.FilterSize * layer.Filters, counts.Macs);
        Assert.InRange(counts.FilterReads, layer.FilterSize * layer.Filters, long.MaxValue);
        Assert.InRange(counts.IfmapReads, layer.OfmapPixels * layer.FilterSize, long.MaxValue);
        Assert.InRange(counts.OfmapWrites, layer.OfmapPixels * layer.Filters, long.MaxValue);
        Assert.InRange(counts.Cycles * array.Rows * array.Columns, counts.Macs, long.MaxValue);
    });

    /// <summary>What stays in the array is moved once: outputs with OS, weights with WS, inputs with IS.</summary>
    [Fact]
    public void WhatIsStationaryMovesOnce() => Gen.Select(Layers, Arrays).Holds(one =>
    {
        (ArrayLayer layer, SystolicArray array) = one;
        Assert.Equal(layer.OfmapPixels * layer.Filters, array.Count(layer, Dataflow.OutputStationary).OfmapWrites);
        Assert.Equal(layer.FilterSize * layer.Filters, array.Count(layer, Dataflow.WeightStationary).FilterReads);
        Assert.Equal(layer.OfmapPixels * layer.FilterSize, array.Count(layer, Dataflow.InputStationary).IfmapReads);
    });

    /// <summary>An array twice as large never reads more.</summary>
    [Fact]
    public void LargerArraysReadNoMore() => Gen.Select(Layers, Arrays, Gen.Enum<Dataflow>()).Holds(one =>
    {
        (ArrayLayer layer, SystolicArray array, Dataflow dataflow) = one;
        AccessCounts small = array.Count(layer, dataflow), large = new SystolicArray(2 * array.Rows, 2 * array.Columns).Count(layer, dataflow);
        Assert.InRange(large.FilterReads, 0, small.FilterReads);
        Assert.InRange(large.IfmapReads, 0, small.IfmapReads);
        Assert.InRange(large.OfmapWrites, 0, small.OfmapWrites);
    });

    /// <summary>The fit and its inverse, and both monotone: less voltage, more errors, less energy.</summary>
    [Fact]
    public void VoltageAndErrorRateGoTogether() => Gen.Select(Voltages, Voltages).Holds(one =>
    {
        (double low, double high) = (Math.Min(one.Item1, one.Item2), Math.Max(one.Item1, one.Item2));
        Assert.True(VoltageCurve.Ber(low) >= VoltageCurve.Ber(high));
        Assert.True(VoltageCurve.EnergyRatio(low) <= VoltageCurve.EnergyRatio(high));
        Assert.Equal(low, VoltageCurve.VoltageForBer(VoltageCurve.Ber(low)), 1e-6);
    });
}
