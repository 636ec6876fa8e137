using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Training;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

/// <summary>What crosses between host and GPU in a step, once it is warm: the loss at its end, and else next to nothing.</summary>
public sealed class StepTransferTests : IDisposable
{
    private readonly GpuDevice device = GpuDevice.Emulator();

    public void Dispose() => device.Dispose();

    /// <summary>Independent cells are drawn by kernels. The reference's maps are drawn on the host: two for each of three chips.</summary>
    [Theory]
    [InlineData(SramMapping.Physical, 0, 0)]
    [InlineData(SramMapping.Ibm, 0, 6)]
    [InlineData(SramMapping.Ibm, 4, 6)]
    public void AnEopmStepReadsTheLossAlone(SramMapping mapping, int setsPerPass, int uploads)
    {
        using var network = new Network(ToyProblem.Classifier(), device, seed: 1);
        using FrozenNetwork model = FrozenNetwork.From(network);
        using var generator = new Network(ToyProblem.Generator(), device, seed: 2);
        using Batch batch = Batch.From(new ToyProblem(4, 4), [0, 1], 0, device);
        using var optimizer = new Adam(generator.TrainedTensors);
        var population = new ChipPopulation(0.05, FaultModel.StuckAt, mapping);
        using var step = new EopmStep(generator, [model], new EopmOptions(population, 3) { SetsPerPass = setsPerPass });
        AssertCopies(uploads, () =>
        {
            step.Gradient(batch, [5, 6, 7]);
            optimizer.Step(1e-3f);
        });
    }

    [Theory]
    [InlineData(QatOptimizer.Sgd)]
    [InlineData(QatOptimizer.Adam)]
    public void AQatStepReadsTheLossAlone(QatOptimizer kind)
    {
        using var network = new Network(ToyProblem.Classifier(), device, seed: 1);
        using Batch batch = Batch.From(new ToyProblem(4, 4), [0, 1], 0, device);
        using Optimizer optimizer = QatTrainer.OptimizerFor(network, new QatOptions(1, Optimizer: kind));
        AssertCopies(0, () => QatTrainer.Step(network, batch, new ForwardMode(IsTraining: true, WeightBits: 8), optimizer, 0.01f));
    }

    /// <summary>A training reads one thing more: which of the gradients are not finite.</summary>
    [Fact]
    public void ATrainingReadsTheLossAndTheFlagsOfTheGradients()
    {
        using var network = new Network(ToyProblem.Classifier(), device, seed: 1);
        var downloads = new List<long>();
        QatTrainer.Train(network, new ToyProblem(8, 2), new QatOptions(1), new Heard<TrainingProgress>(_ => downloads.Add(device.Downloads)));
        Assert.Equal([2, 2, 2], downloads.Skip(1).Zip(downloads, (now, before) => now - before));
    }

    [Fact]
    public void ABatchIsItsImagesAndItsLabels()
    {
        using Batch batch = Batch.From(new ToyProblem(4, 4), [0, 1], 0, device);
        Assert.Equal((2, 0), (device.Uploads, device.Downloads));
    }

    private void AssertCopies(int uploads, Action step)
    {
        step();
        (long up, long down) before = (device.Uploads, device.Downloads);
        step();
        Assert.Equal((uploads, 1), (device.Uploads - before.up, device.Downloads - before.down));
    }
}
