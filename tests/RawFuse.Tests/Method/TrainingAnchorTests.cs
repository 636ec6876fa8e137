using System.Runtime.InteropServices;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Training;
using RawFuse.Tests.Support;
using Xunit.Abstractions;

namespace RawFuse.Tests.Method;

/// <summary>What training must do at any size: learn, repeat itself bit for bit, say what went wrong, stop when told, and live on memory it already has.</summary>
public sealed class TrainingAnchorTests(ITestOutputHelper output)
{
    private const long MostManagedBytesPerStep = 256 * 1024;

    public static TheoryData<QatOptimizer> Optimizers => [QatOptimizer.Sgd, QatOptimizer.Adam];

    public static TheoryData<SramMapping> Mappings => [SramMapping.Physical, SramMapping.Ibm];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void LearnsWhatCanBeLearned(QatOptimizer optimizer)
    {
        using var device = new CpuDevice(2);
        using var network = new Network(ToyProblem.Classifier(), device, seed: 7);
        QatTrainer.Train(network, new ToyProblem(96, 16), new QatOptions(Epochs: 5, new OneCycleRate(optimizer == QatOptimizer.Sgd ? 0.05f : 0.01f), optimizer));
        using FrozenNetwork frozen = FrozenNetwork.From(network);
        double accuracy = Evaluator.CleanAccuracy(frozen, new ToyProblem(300, 100, first: 1_000_000));
        output.WriteLine($"{optimizer}: {accuracy:F1}%");
        Assert.InRange(accuracy, 95.1, 100);
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void QatGivesTheSameBitsOnAnyNumberOfThreads(QatOptimizer optimizer)
    {
        Dictionary<string, int[]> Train(int threads, ulong seed)
        {
            using var device = new CpuDevice(threads);
            using var network = new Network(ToyProblem.Classifier(), device, seed);
            QatTrainer.Train(network, new ToyProblem(48, 16), new QatOptions(Epochs: 2, Optimizer: optimizer));
            return BitsOf(network);
        }

        Dictionary<string, int[]> one = Train(threads: 1, seed: 11);
        AssertSame(one, Train(threads: 1, seed: 11));
        AssertSame(one, Train(threads: 2, seed: 11));
        Assert.NotEqual(one["conv.weight"], Train(threads: 1, seed: 12)["conv.weight"]);
    }

    [Theory]
    [MemberData(nameof(Mappings))]
    public void EopmGivesTheSameBitsOnAnyNumberOfThreads(SramMapping mapping)
    {
        Dictionary<string, int[]> Train(int threads, ulong seed)
        {
            using var setup = new Setup(threads);
            EopmTrainer.Train(setup.Generator, [setup.Base], new ToyProblem(48, 16), OptionsOf(mapping), epochs: 2, seed);
            return BitsOf(setup.Generator);
        }

        Dictionary<string, int[]> one = Train(threads: 1, seed: 5);
        AssertSame(one, Train(threads: 1, seed: 5));
        AssertSame(one, Train(threads: 2, seed: 5));
        Assert.NotEqual(one["conv1.weight"], Train(threads: 1, seed: 6)["conv1.weight"]);
    }

    [Fact]
    public void EopmLowersTheLoss()
    {
        using var setup = new Setup(2);
        var losses = new List<float>();
        EopmTrainer.Train(
            setup.Generator, [setup.Base], new ToyProblem(48, 16), OptionsOf(SramMapping.Physical) with { Rate = new StaircaseRate(0.01f) }, epochs: 15, seed: 5,
            new Heard<TrainingProgress>(progress => losses.Add(progress.Loss)));
        Assert.Equal(45, losses.Count);
        Assert.True(losses.TakeLast(6).Average() < 0.8 * losses.Take(6).Average(), string.Join(" ", losses));
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void QatNamesTheStepWhoseLossIsNotFinite(QatOptimizer optimizer)
    {
        using var device = new CpuDevice(1);
        using var network = new Network(ToyProblem.Classifier(), device, seed: 1);
        var source = new ToyProblem(48, 16) { Spoiled = 20 };
        TrainingException exception = Assert.Throws<TrainingException>(() => QatTrainer.Train(network, source, new QatOptions(Epochs: 2, Optimizer: optimizer)));
        Assert.Equal("Base training: the loss became NaN in step 2 (epoch 1, batch 2 of 3): an image of the batch is not finite.", exception.Message);
    }

    [Fact]
    public void EopmNamesTheStepWhoseLossIsNotFinite()
    {
        using var setup = new Setup(1);
        var source = new ToyProblem(48, 16) { Spoiled = 40 };
        TrainingException exception = Assert.Throws<TrainingException>(
            () => EopmTrainer.Train(setup.Generator, [setup.Base], source, OptionsOf(SramMapping.Ibm), epochs: 2, seed: 1));
        Assert.Equal("Generator training: the loss became NaN in step 3 (epoch 1, batch 3 of 3): an image of the batch is not finite.", exception.Message);
    }

    [Fact]
    public void QatNamesTheLayerThatOverflows()
    {
        using var setup = new Setup(1);
        Scale(setup.Classifier["bn.weight"], 1e30f);
        Scale(setup.Classifier["fc.weight"], 1e30f);
        TrainingException exception = Assert.Throws<TrainingException>(() => QatTrainer.Train(setup.Classifier, new ToyProblem(48, 16), new QatOptions(Epochs: 2)));
        Assert.Contains("in step 1 (epoch 1, batch 1 of 3): layer 'fc' of 'toy' is the first whose output is not finite", exception.Message);
    }

    /// <summary>The loss is finite, and so is the gradient down to the batch normalization, which divides by a tiny deviation.</summary>
    [Fact]
    public void QatNamesTheGradientThatOverflowsAndLeavesTheWeightsAlone()
    {
        using var setup = new Setup(1);
        Scale(setup.Classifier["conv.weight"], 1e-10f);
        Scale(setup.Classifier["bn.weight"], 1e19f);
        Scale(setup.Classifier["fc.weight"], 1e18f);
        Dictionary<string, int[]> before = BitsOf(setup.Classifier);
        TrainingException exception = Assert.Throws<TrainingException>(() => QatTrainer.Train(setup.Classifier, new ToyProblem(48, 16), new QatOptions(Epochs: 2)));
        Assert.Equal("Base training: the gradient of 'conv.weight' is not finite in step 1 (epoch 1, batch 1 of 3).", exception.Message);
        foreach (string name in (string[])["conv.weight", "bn.weight", "bn.bias", "fc.weight", "fc.bias"]) Assert.Equal(before[name], BitsOf(setup.Classifier)[name]);
    }

    [Fact]
    public void EopmNamesTheBaseModelThatOverflows()
    {
        using var setup = new Setup(1);
        Scale(setup.Classifier["fc.weight"], 3e38f);
        using FrozenNetwork model = FrozenNetwork.From(setup.Classifier);
        TrainingException exception = Assert.Throws<TrainingException>(
            () => EopmTrainer.Train(setup.Generator, [setup.Base, model], new ToyProblem(48, 16), OptionsOf(SramMapping.Ibm), epochs: 1, seed: 1));
        Assert.Contains("(epoch 1, batch 1 of 3): base model 'toy' is the first whose answers are not finite, on its clean weights.", exception.Message);
    }

    [Fact]
    public void StopsBetweenTwoSteps()
    {
        using var setup = new Setup(1);
        var source = new ToyProblem(48, 16);
        using var stop = new CancellationTokenSource();
        int steps = 0;
        var reporter = new Heard<TrainingProgress>(progress =>
        {
            steps = progress.Step;
            if (steps == 2) stop.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => QatTrainer.Train(setup.Classifier, source, new QatOptions(Epochs: 2), reporter, cancellationToken: stop.Token));
        Assert.Equal(2, steps);
        Dictionary<string, int[]> before = BitsOf(setup.Generator);
        Assert.Throws<OperationCanceledException>(
            () => EopmTrainer.Train(setup.Generator, [setup.Base], source, OptionsOf(SramMapping.Ibm), epochs: 1, seed: 1, reporter, cancellationToken: stop.Token));
        AssertSame(before, BitsOf(setup.Generator));
        Assert.Equal(2, steps);
    }

    [Fact]
    public void RefusesImagesOfOtherClasses()
    {
        using var setup = new Setup(1);
        long inUse = setup.Device.Pool.BytesInUse;
        Refuses(new ToyProblem(48, 16) { Classes = 4 }, "3 classes apart, the images have 4");
        Refuses(new ToyProblem(48, 16) { LabelOffset = 1 }, "label 3; with 3 classes, 0 to 2");
        Refuses(new ToyProblem(48, 16) { LabelOffset = -1 }, "label -1; with 3 classes, 0 to 2");
        Assert.Equal(inUse, setup.Device.Pool.BytesInUse);

        void Refuses(ToyProblem source, string message)
        {
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => QatTrainer.Train(setup.Classifier, source, new QatOptions(1))).Message);
            Assert.Contains(
                message,
                Assert.Throws<ArgumentException>(() => EopmTrainer.Train(setup.Generator, [setup.Base], source, OptionsOf(SramMapping.Ibm), 1, seed: 1)).Message);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(SramMapping.Physical)]
    [InlineData(SramMapping.Ibm)]
    public void RepeatedStepsTakeNoMemoryFromTheSystem(SramMapping? mapping)
    {
        const int warmUp = 3, steps = 12;
        using var setup = new Setup(1);
        long before = setup.Device.Pool.BytesInUse;
        var source = new ToyProblem(16 * steps, 16);
        var allocations = new long[steps];
        var inUse = new long[steps];
        var managed = new long[steps];
        var reporter = new Heard<TrainingProgress>(progress =>
        {
            allocations[progress.Step - 1] = setup.Device.Pool.SystemAllocations;
            inUse[progress.Step - 1] = setup.Device.Pool.BytesInUse;
            managed[progress.Step - 1] = GC.GetAllocatedBytesForCurrentThread();
        });
        if (mapping is null) QatTrainer.Train(setup.Classifier, source, new QatOptions(1), reporter);
        else EopmTrainer.Train(setup.Generator, [setup.Base], source, OptionsOf(mapping.Value), 1, seed: 3, reporter);

        long perStep = (managed[^1] - managed[warmUp - 1]) / (steps - warmUp);
        output.WriteLine($"{(mapping is null ? "QAT" : $"EOPM, {mapping}")}: {perStep} managed bytes per step, {allocations[^1]} blocks, {inUse[^1]} bytes in use.");
        Assert.All(allocations[warmUp..], value => Assert.Equal(allocations[warmUp - 1], value));
        Assert.All(inUse, value => Assert.Equal(inUse[0], value));
        Assert.Equal(before, setup.Device.Pool.BytesInUse);
        Assert.InRange(perStep, 0, MostManagedBytesPerStep - 1);
    }

    private static void Scale(Tensor tensor, float factor) => tensor.Set(Array.ConvertAll(tensor.ToArray(), value => value * factor));

    private static EopmOptions OptionsOf(SramMapping mapping) => new(new ChipPopulation(0.01, FaultModel.StuckAt, mapping), Chips: 3);

    private static Dictionary<string, int[]> BitsOf(Network network) => network.Definition.Parameters.ToDictionary(
        parameter => parameter.Name, parameter => MemoryMarshal.Cast<float, int>(network[parameter.Name].ToArray()).ToArray());

    private static void AssertSame(Dictionary<string, int[]> expected, Dictionary<string, int[]> actual)
    {
        foreach ((string name, int[] bits) in expected) Assert.True(bits.AsSpan().SequenceEqual(actual[name]), $"'{name}' differs.");
    }

    private sealed class Setup : IDisposable
    {
        public Setup(int threads)
        {
            Device = new CpuDevice(threads);
            Classifier = new Network(ToyProblem.Classifier(), Device, seed: 2);
            Generator = new Network(ToyProblem.Generator(), Device, seed: 3);
            Base = FrozenNetwork.From(Classifier);
        }

        public CpuDevice Device { get; }

        public Network Classifier { get; }

        public Network Generator { get; }

        public FrozenNetwork Base { get; }

        public void Dispose()
        {
            Base.Dispose();
            Generator.Dispose();
            Classifier.Dispose();
            Device.Dispose();
        }
    }
}
