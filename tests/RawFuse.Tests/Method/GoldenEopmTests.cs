using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Training;
using RawFuse.Tests.Support;
using Xunit.Abstractions;

namespace RawFuse.Tests.Method;

/// <summary>Two whole training steps of the method against the reference implementation, in float64.</summary>
public sealed class GoldenEopmTests(ITestOutputHelper output)
{
    /// <summary>Float32 forward and backward through generator and base model; the reference's own float32 is within 4e-6 of its float64.</summary>
    private const double Tolerance = 3e-5;

    /// <summary>
    /// <see cref="ConvolutionMode.Fast"/> rounds so that of the two images' thousands of ReLU and pooling decisions in the base model single ones fall otherwise than in float64, and each
    /// shows in the gradient. Losses, logits and F(x) keep the tolerance above.
    /// </summary>
    private const double DecisionTolerance = 2e-2;

    /// <summary>Adam's first steps are near sign(gradient) * rate: an error of a gradient near 0 shows at its full size in the update.</summary>
    private const double UpdateTolerance = 1e-4;

    /// <summary>A thousandth of the learning rate.</summary>
    private const double ParameterTolerance = 1e-6;

    [Theory]
    [InlineData("ConvS", ConvolutionMode.Direct)]
    [InlineData("UNetS", ConvolutionMode.Direct)]
    [InlineData("ConvS", ConvolutionMode.Precise)]
    [InlineData("UNetS", ConvolutionMode.Precise)]
    [InlineData("ConvS", ConvolutionMode.Fast)]
    [InlineData("UNetS", ConvolutionMode.Fast)]
    public void TwoStepsAreTheReferences(string name, ConvolutionMode mode)
    {
        double gradientTolerance = mode == ConvolutionMode.Fast ? DecisionTolerance : Tolerance;
        JsonElement golden = GoldenFormula.Read($"eopm/{name}_vgg11.json"), f64 = golden.GetProperty("f64");
        ulong[] seeds = [.. golden.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetUInt64())];
        int chips = golden.GetProperty("N").GetInt32();
        var options = new EopmOptions(
            new ChipPopulation(golden.GetProperty("ber").GetDouble(), FaultModel.StuckAt, SramMapping.Ibm), chips, golden.GetProperty("lam").GetSingle());
        HashSet<string> zeroGradients = [.. golden.GetProperty("zero_gradient_params").EnumerateArray().Select(element => element.GetString()!)];
        using var device = new CpuDevice(2, mode);
        using Network network = GoldenFormula.Fill(new Network(BaseModel.Define("vgg11", 10), device, seed: 1));
        using FrozenNetwork model = FrozenNetwork.From(network);
        using Network generator = GoldenFormula.Fill(new Network(Generator.Define(name), device, seed: 1));
        using var eopm = new EopmStep(generator, [model], options);
        using var optimizer = new Adam(generator.TrainedTensors, EopmOptions.Beta1, EopmOptions.Beta2);

        for (int step = 0; step < 2; step++)
        {
            int[] labels = [.. golden.GetProperty("labels")[step].EnumerateArray().Select(label => label.GetInt32())];
            var source = new GoldenSource(golden.GetProperty("input_p")[step].GetUInt32(), labels);
            using Batch batch = Batch.From(source, [0, 1], 0, device);
            ulong[] drawn = seeds[(step * chips)..((step + 1) * chips)];

            JsonElement[] losses = [.. f64.GetProperty("losses").EnumerateArray().Skip(step * chips).Take(chips)];
            EopmLoss loss = eopm.Gradient(batch, drawn);
            output.Check($"step {step} loss", Math.Abs((loss.Clean / losses[0].GetProperty("loss_orig").GetDouble()) - 1), Tolerance);
            output.Check($"step {step} chips' loss", Math.Abs((loss.Perturbed / losses.Average(one => one.GetProperty("loss_p").GetDouble())) - 1), Tolerance);

            Dictionary<string, float[]> before = [];
            double worst = 0;
            foreach (ParameterSpec parameter in generator.Definition.Parameters.Where(parameter => parameter.IsTrained))
            {
                before.Add(parameter.Name, parameter.ToFile(generator[parameter.Name].ToArray()));
                float[] gradient = parameter.ToFile(generator[parameter.Name].Gradient!.ToArray());
                if (zeroGradients.Contains(parameter.Name)) Assert.InRange(GoldenFormula.Norm(gradient), 0, 1e-4);
                else worst = Math.Max(worst, GoldenFormula.SummaryError(gradient, f64.GetProperty("mean")[step].GetProperty(parameter.Name)));
            }

            CheckChipByChip(generator, model, batch, drawn, options, losses, [.. f64.GetProperty("adv").EnumerateArray().Skip(step * chips).Take(chips)], gradientTolerance);
            output.Check($"step {step} gradients", worst, gradientTolerance);

            // Adam's first step is as long for a wrong decision's gradient as for any other: the second step starts elsewhere then.
            if (mode == ConvolutionMode.Fast) break;

            // Where a gradient is 0 but for rounding (a bias that the normalization behind takes away again), Adam makes full steps of the rounding. In float64 it makes none,
            // so they are taken back, for the running means of the next step.
            optimizer.Step(options.Rate.At(step, total: int.MaxValue));
            foreach (string bias in zeroGradients) generator[bias].Set(before[bias]);
            CheckAfter(generator, f64.GetProperty("after_step")[step], before, zeroGradients, step);
        }
    }

    /// <summary>F(x), and per chip the loss, the logits and dL/dF(x) of the reference's separate passes.</summary>
    private void CheckChipByChip(Network generator, FrozenNetwork model, Batch batch, ulong[] chips, EopmOptions options, JsonElement[] losses, JsonElement[] adv, double gradientTolerance)
    {
        // Momentum 0: the generator's running statistics stay as they are.
        using Tensor fused = generator.Forward(batch.Images, new ForwardMode(IsTraining: true, WeightBits: 8, BatchNormMomentum: 0)).TrackGradient();
        for (int k = 0; k < chips.Length; k++)
        {
            output.Check($"chip {k} F(x)", Error(fused, adv[k].GetProperty("x_adv")), Tolerance);
            using var faults = new WeightFaults(model, 2);
            faults.Clear(0);
            options.Population.Draw(model, chips[k], faults, 1);
            using Storage<int> labels = model.Device.Allocate<int>([.. batch.Labels, .. batch.Labels]);
            using Storage<float> weights = model.Device.Allocate<float>([0.5f, 0.5f, 0.5f * options.Lambda, 0.5f * options.Lambda]);
            using Tape tape = Tape.Start();
            using Tensor copies = fused.RepeatBatch(2);
            using Tensor logits = model.Forward(copies, faults);
            using Tensor loss = logits.SoftmaxCrossEntropy(labels, weights);
            double total = losses[k].GetProperty("loss_orig").GetDouble() + (options.Lambda * losses[k].GetProperty("loss_p").GetDouble());
            output.Check($"chip {k} loss", Math.Abs((loss.ToScalar() / total) - 1), Tolerance);
            double[] expected = [.. losses[k].GetProperty("logits_orig").Doubles(), .. losses[k].GetProperty("logits_p").Doubles()];
            output.Check($"chip {k} logits", GoldenFormula.RelativeError(logits.ToArray(), expected), Tolerance);
            fused.ClearGradient();
            tape.Backward(loss);
            output.Check($"chip {k} dL/dF(x)", Error(fused.Gradient!, adv[k].GetProperty("dL_dxadv")), gradientTolerance);
        }

        static double Error(Tensor images, JsonElement golden)
        {
            double[] first = golden.GetProperty("first").Doubles();
            double length = Math.Abs((GoldenFormula.Norm(images.ToArray()) / golden.GetProperty("l2").GetDouble()) - 1);
            return Math.Max(length, GoldenFormula.RelativeError(GoldenFormula.FirstPixels(images, first.Length), first));
        }
    }

    private void CheckAfter(Network generator, JsonElement golden, Dictionary<string, float[]> before, HashSet<string> zeroGradients, int step)
    {
        double worstUpdate = 0, worstBuffer = 0, worstValue = 0;
        foreach (ParameterSpec parameter in generator.Definition.Parameters)
        {
            float[] values = parameter.ToFile(generator[parameter.Name].ToArray());
            if (!parameter.IsTrained)
            {
                worstBuffer = Math.Max(worstBuffer, GoldenFormula.SummaryError(values, golden.GetProperty("buffers").GetProperty(parameter.Name)));
                continue;
            }

            if (zeroGradients.Contains(parameter.Name)) continue;
            JsonElement expected = golden.GetProperty("params").GetProperty(parameter.Name);
            float[] update = [.. values.Zip(before[parameter.Name], (after, earlier) => after - earlier)];
            worstUpdate = Math.Max(worstUpdate, Math.Abs((GoldenFormula.Norm(update) / expected.GetProperty("update_l2").GetDouble()) - 1));
            double[] first = expected.GetProperty("after_first4").Doubles();
            for (int i = 0; i < first.Length; i++) worstValue = Math.Max(worstValue, Math.Abs(values[i] - first[i]));
        }

        output.Check($"step {step} updates' lengths", worstUpdate, UpdateTolerance);
        output.Check($"step {step} parameters, absolute", worstValue, ParameterTolerance);
        output.Check($"step {step} running statistics", worstBuffer, Tolerance);
    }
}
