using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Training;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

/// <summary>Whole training steps by the GPU's kernels, on the emulator, against the CPU.</summary>
public sealed class EmulatorTrainingTests
{
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData(SramMapping.Physical, 0)]
    [InlineData(SramMapping.Physical, 2)]
    [InlineData(SramMapping.Ibm, 0)]
    public void EopmStepIsTheCpus(SramMapping mapping, int setsPerPass)
    {
        Result cpu = Eopm(new CpuDevice(1, ConvolutionMode.Direct), mapping, 0), gpu = Eopm(GpuDevice.Emulator(), mapping, setsPerPass);
        AssertClose(cpu, gpu);
    }

    [Fact]
    public void QatStepIsTheCpus() => AssertClose(Qat(new CpuDevice(1, ConvolutionMode.Direct)), Qat(GpuDevice.Emulator()));

    private static void AssertClose(Result cpu, Result gpu)
    {
        Assert.Equal(cpu.Losses.Length, gpu.Losses.Length);
        for (int i = 0; i < cpu.Losses.Length; i++) Assert.InRange(gpu.Losses[i] / cpu.Losses[i], 1 - Tolerance, 1 + Tolerance);
        for (int i = 0; i < cpu.Tensors.Length; i++)
        {
            // Biases before a normalization have no gradient but rounding.
            if (GoldenFormula.Norm(cpu.Tensors[i]) < 1e-4) continue;
            Assert.InRange(GoldenFormula.RelativeError(gpu.Tensors[i], Array.ConvertAll(cpu.Tensors[i], value => (double)value)), 0, Tolerance);
        }
    }

    /// <summary>The losses, and the generator's gradients.</summary>
    private static Result Eopm(Device device, SramMapping mapping, int setsPerPass)
    {
        using (device)
        {
            using var network = new Network(ToyProblem.Classifier(), device, seed: 1);
            using FrozenNetwork model = FrozenNetwork.From(network);
            using var generator = new Network(ToyProblem.Generator(), device, seed: 2);
            using Batch batch = Batch.From(new ToyProblem(4, 4), [0, 1, 2], 0, device);
            using var step = new EopmStep(generator, [model], new EopmOptions(new ChipPopulation(0.05, FaultModel.StuckAt, mapping), 3) { SetsPerPass = setsPerPass });
            EopmLoss loss = step.Gradient(batch, [5, 6, 7]);
            return new Result([loss.Clean, loss.Perturbed], [.. generator.TrainedTensors.Select(tensor => tensor.Gradient!.ToArray())]);
        }
    }

    /// <summary>The losses of two steps, and the parameters after them.</summary>
    private static Result Qat(Device device)
    {
        using (device)
        {
            using var network = new Network(ToyProblem.Classifier(), device, seed: 1);
            using Batch batch = Batch.From(new ToyProblem(4, 4), [0, 1, 2, 3], 0, device);
            using var optimizer = new Sgd(network.TrainedTensors, momentum: 0.9f);
            var mode = new ForwardMode(IsTraining: true, WeightBits: 8);
            float[] losses = [QatTrainer.Step(network, batch, mode, optimizer, 0.01f), QatTrainer.Step(network, batch, mode, optimizer, 0.01f)];
            return new Result(losses, [.. network.TrainedTensors.Select(tensor => tensor.ToArray())]);
        }
    }

    private sealed record Result(float[] Losses, float[][] Tensors);
}
