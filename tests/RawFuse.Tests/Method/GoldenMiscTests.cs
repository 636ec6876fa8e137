using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Training;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

/// <summary>The reference's conventions at edges and ties, each against the value that was read off it.</summary>
public sealed class GoldenMiscTests
{
    private static readonly JsonElement Golden = GoldenFormula.Read("models/misc_checks.json");

    [Fact]
    public void ClampPassesGradientsAtItsEdges() =>
        Assert.Equal(
            Golden.GetProperty("clamp_grad[-1.5,-1,0,1,1.5]").Doubles(), GradientOf([-1.5f, -1, 0, 1, 1.5f], new Shape(1, 1, 1, 5), x => x.Clamp(-1, 1)));

    [Fact]
    public void ReluStopsGradientsAtZero() =>
        Assert.Equal([Golden.GetProperty("relu_grad_at_0").GetDouble()], GradientOf([0], new Shape(1, 1, 1, 1), x => x.Relu()));

    [Fact]
    public void TheFirstOfEqualMaximaTakesTheGradient() =>
        Assert.Equal(Golden.GetProperty("maxpool_tie_grad").Doubles(), GradientOf([1, 1, 1, 1], new Shape(1, 2, 2, 1), x => x.MaxPool2d(2)));

    [Fact]
    public void WeightsThatAreAllZeroStayZero()
    {
        using var device = new CpuDevice(1);
        using Tensor zeros = Tensor.From(device, new Shape(1, 1, 2, 2), new float[4]);
        using Tensor rounded = zeros.FakeQuantize(8);
        Assert.All(rounded.ToArray(), value => Assert.Equal(Golden.GetProperty("all_zero_weight_dq")[0].GetDouble(), value));
        using QuantizedWeights quantized = QuantizedWeights.From(zeros, 8);
        Assert.Equal(0, quantized.Scale);
        Assert.All(quantized.Packed.ToArray(), value => Assert.Equal(0, value));
    }

    /// <summary>x 0.96 every 500 steps.</summary>
    [Fact]
    public void TheLearningRateFallsAsTheReferences()
    {
        var options = new EopmOptions(new ChipPopulation(0.01), Chips: 10, Lambda: 5);
        foreach (JsonElement pair in Golden.GetProperty("lr_used_at_step_index").EnumerateArray())
            Assert.Equal((float)pair[1].GetDouble(), options.Rate.At(pair[0].GetInt32(), total: int.MaxValue), 1e-10f);
    }

    /// <summary>The quantized UNet's first transposed convolution makes 6x6 pixels of 4x4, two less than the skip connection has.</summary>
    [Fact]
    public void TheUNetsTransposedConvolutionsHavePaddingOne()
    {
        Node up = Generator.Define("UNetL", 32).Layers.OfType<ConvTransposeLayer>().First().Output;
        int[] golden = [.. Golden.GetProperty("unet_up1_out").EnumerateArray().Select(size => size.GetInt32())];
        Assert.Equal((golden[2], golden[3]), (up.Height, up.Width));
    }

    private static double[] GradientOf(float[] values, Shape shape, Func<Tensor, Tensor> function)
    {
        using var device = new CpuDevice(1);
        using Tensor x = Tensor.From(device, shape, values).TrackGradient();
        using Tape tape = Tape.Start();
        using Tensor y = function(x), ones = Tensor.From(device, y.Shape, [.. Enumerable.Repeat(1f, y.Length)]);
        tape.Backward(y, ones);
        return Array.ConvertAll(x.Gradient!.ToArray(), value => (double)value);
    }
}
