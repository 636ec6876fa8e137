using RawFuse.Kernels;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Faults;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

/// <summary>Inference on chips by the GPU's kernels, on the emulator, against the CPU.</summary>
public sealed class EmulatorInferenceTests
{
    private const double Tolerance = 2e-5;

    /// <summary>Bytes are exact, and the ranges, which are found in floats, are close.</summary>
    [Theory]
    [InlineData(false, Tolerance)]
    [InlineData(true, 1e-3)]
    public void LogitsAreTheCpus(bool int8, double tolerance)
    {
        float[] cpu = Logits(new CpuDevice(1, ConvolutionMode.Direct), int8), gpu = Logits(GpuDevice.Emulator(), int8);
        Assert.InRange(GoldenFormula.RelativeError(gpu, Array.ConvertAll(cpu, value => (double)value)), 0, tolerance);
    }

    [Fact]
    public void EvaluationIsTheCpus()
    {
        (EvaluationResult cpu, (double, double) cpuRates) = Evaluate(new CpuDevice(1, ConvolutionMode.Direct));
        (EvaluationResult gpu, (double, double) gpuRates) = Evaluate(GpuDevice.Emulator());
        Assert.Equal(cpu.Base.Clean, gpu.Base.Clean);
        Assert.Equal(cpu.Base.Perturbed.PerChip, gpu.Base.Perturbed.PerChip);
        Assert.Equal(cpuRates, gpuRates);
    }

    private static float[] Logits(Device device, bool int8)
    {
        using (device)
        {
            using FrozenNetwork model = Model(device);
            using Tensor images = Tensor.From(device, new Shape(2, ToyProblem.Size, ToyProblem.Size, 3), GoldenFormula.Pixels(2, 5)[..(2 * ToyProblem.Size * ToyProblem.Size * 3)]);
            if (int8)
            {
                var calibrator = new ActivationCalibrator(model);
                calibrator.Observe(images);
                model.UseInt8(calibrator.Ranges());
            }

            using var faults = new WeightFaults(model, 2);
            faults.Clear(0);
            new ChipPopulation(0.02).Draw(model, 5, faults, 1);
            using Tensor logits = model.Forward(images, faults);
            return logits.ToArray();
        }
    }

    private static (EvaluationResult Result, (double CellBer, double FlipRate) Rates) Evaluate(Device device)
    {
        using (device)
        {
            using FrozenNetwork model = Model(device);
            var population = new ChipPopulation(0.1);
            return (Evaluator.Evaluate(model, null, new ToyProblem(6, 3), population, [50000, 50001]), Evaluator.RatesOf(model, population, [50000, 50001]));
        }
    }

    private static FrozenNetwork Model(Device device)
    {
        using var network = new Network(ToyProblem.Classifier(), device, seed: 1);
        return FrozenNetwork.From(network);
    }
}
