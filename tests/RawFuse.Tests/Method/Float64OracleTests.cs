using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Training;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

/// <summary>
/// The naive double-precision network is the reference implementation to its last digits: so the layers, the quantization, the chips and the loss are
/// declared right, and what is left between float32 and the goldens is rounding.
/// </summary>
public sealed class Float64OracleTests
{
    /// <summary>Double precision, summed in another order.</summary>
    private const double Tolerance = 1e-12;

    private const float Lambda = 5;

    [Theory]
    [InlineData("ConvS")]
    [InlineData("UNetS")]
    public void AnEopmStepInDoubleIsTheReferences(string name)
    {
        JsonElement golden = GoldenFormula.Read($"eopm/{name}_vgg11.json"), f64 = golden.GetProperty("f64");
        using var device = new CpuDevice(2);
        using Network network = GoldenFormula.Fill(new Network(BaseModel.Define("vgg11", 10), device, seed: 1));
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        using Network generator = GoldenFormula.Fill(new Network(Generator.Define(name), device, seed: 1));
        ulong[] chips = [.. golden.GetProperty("seeds").EnumerateArray().Take(2).Select(seed => seed.GetUInt64())];
        int[] labels = [.. golden.GetProperty("labels")[0].EnumerateArray().Select(label => label.GetInt32())];
        using var faults = new WeightFaults(frozen, 1 + chips.Length);
        faults.Clear(0);
        var population = new ChipPopulation(golden.GetProperty("ber").GetDouble(), FaultModel.StuckAt, SramMapping.Ibm);
        for (int k = 0; k < chips.Length; k++) population.Draw(frozen, chips[k], faults, 1 + k);

        var oracle = new Float64Network(generator.Definition, Float64Parameters.Of(generator), isTraining: true);
        double[] fused = oracle.Forward(Array.ConvertAll(GoldenFormula.Pixels(2, golden.GetProperty("input_p")[0].GetUInt32()), pixel => (double)pixel));
        double[] clean = ImageGradient(0, "logits_orig", 0, 1), mean = new double[fused.Length];
        for (int k = 0; k < chips.Length; k++)
        {
            double[] chip = ImageGradient(1 + k, "logits_p", k, Lambda), sum = [.. chip.Zip(clean, (a, b) => a + b)];
            JsonElement adv = f64.GetProperty("adv")[k];
            Check(fused, adv.GetProperty("x_adv"), stride: 3);
            Check(sum, adv.GetProperty("dL_dxadv"), stride: 3);
            for (int i = 0; i < mean.Length; i++) mean[i] += sum[i] / chips.Length;
        }

        oracle.Backward(mean);
        HashSet<string> zeroGradients = [.. golden.GetProperty("zero_gradient_params").EnumerateArray().Select(element => element.GetString()!)];
        foreach (ParameterSpec parameter in generator.Definition.Parameters.Where(parameter => parameter.IsTrained && !zeroGradients.Contains(parameter.Name)))
            Check(ToFile(parameter, oracle.Gradients[parameter.Name]), f64.GetProperty("mean")[0].GetProperty(parameter.Name), stride: 1);

        double[] ImageGradient(int set, string logitsName, int k, float weight)
        {
            var model = new Float64Network(network.Definition, Float64Parameters.Of(network, frozen, faults, set), isTraining: false);
            double[] logits = model.Forward(fused), expected = f64.GetProperty("losses")[k].GetProperty(logitsName).Doubles();
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], logits[i], Tolerance * 10);
            return model.Backward(Float64Loss.Gradient(logits, labels, weight / labels.Length));
        }
    }

    private static void Check(double[] values, JsonElement golden, int stride)
    {
        double[] first = golden.GetProperty("first").Doubles();
        double length = golden.GetProperty("l2").GetDouble();
        Assert.InRange(Math.Sqrt(values.Sum(value => value * value)) / length, 1 - Tolerance, 1 + Tolerance);
        for (int i = 0; i < first.Length; i++) Assert.Equal(first[i], values[i * stride], Tolerance * length);
    }

    /// <summary>Changes a gradient to PyTorch's order, through the places of its elements.</summary>
    private static double[] ToFile(ParameterSpec parameter, double[] values)
    {
        float[] places = parameter.ToFile([.. Enumerable.Range(0, values.Length).Select(i => (float)i)]);
        return Array.ConvertAll(places, place => values[(int)place]);
    }
}
