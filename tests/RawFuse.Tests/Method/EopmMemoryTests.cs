using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.Tests.Method;

/// <summary>EOPM training on a device with too little memory: in smaller passes with equal results, or not at all with a clear error and nothing changed.</summary>
public sealed class EopmMemoryTests
{
    [Fact]
    public void SmallerPassesGiveEqualResultsAndAreToldOnce()
    {
        using var roomy = new Setup();
        float[] expected = roomy.Train();
        Assert.Empty(roomy.Notices);

        long least = roomy.Before + ((roomy.Device.Pool.PeakBytesInUse - roomy.Before) / 2);
        using var narrow = new Setup(least);
        Assert.Equal(expected, narrow.Train());
        Assert.StartsWith("device memory is short: ", Assert.Single(narrow.Notices));
        Assert.True(narrow.Device.Pool.BytesReserved <= least);
    }

    /// <summary>The GPU's kernels, of which all sets run together unless memory is short.</summary>
    [Fact]
    public void SmallerPassesGiveEqualResultsOnTheEmulator()
    {
        using var roomy = new Setup(device: GpuDevice.Emulator(), images: 1, chips: 1);
        float[] expected = roomy.Step();
        long least = roomy.Before + ((roomy.Device.Pool.PeakBytesInUse - roomy.Before) * 3 / 4);
        using var narrow = new Setup(least, GpuDevice.Emulator(), images: 1, chips: 1);
        Assert.Equal(expected, narrow.Step());
        Assert.Single(narrow.Notices);
    }

    /// <summary>The memory ends wherever it may: in the forward or backward pass of the generator, in an ensemble, in a kernel's working memory.</summary>
    [Fact]
    public void WhereverMemoryEndsAStepIsWholeOrHasChangedNothing()
    {
        using var roomy = new Setup();
        float[] expected = roomy.Step();
        int whole = 0, failed = 0;
        for (long more = 8_000; failed == 0 || whole < 3; more += 16_000)
        {
            using var setup = new Setup(roomy.Before + more);
            float[] before = setup.State();
            using var step = new EopmStep(setup.Generator, [setup.Model], setup.Options, setup);
            try
            {
                step.Gradient(setup.Batch, setup.Chips);
                Assert.Equal(expected, setup.State());
                whole++;
            }
            catch (TrainingException exception)
            {
                Assert.Contains("do not fit", exception.Message);
                Assert.IsType<DeviceMemoryException>(exception.InnerException);
                Assert.Equal(before, setup.State());
                Assert.Empty(setup.Notices);
                failed++;
            }
        }

        Assert.True(failed > 3);
    }

    /// <summary>A batch that is shared out cannot be cut into smaller passes: the step says so and has changed nothing.</summary>
    [Fact]
    public void ASharedBatchThatDoesNotFitIsOneError()
    {
        using var roomy = new Setup(chips: 3);
        EopmOptions options = roomy.Options with { SharesBatch = true };
        using (var step = new EopmStep(roomy.Generator, [roomy.Model], options)) step.Gradient(roomy.Batch, roomy.Chips);

        using var narrow = new Setup(roomy.Before + ((roomy.Device.Pool.PeakBytesInUse - roomy.Before) / 2), chips: 3);
        float[] before = narrow.State();
        using var failing = new EopmStep(narrow.Generator, [narrow.Model], options, narrow);
        TrainingException exception = Assert.Throws<TrainingException>(() => failing.Gradient(narrow.Batch, narrow.Chips));
        Assert.Contains("16 images shared out among the sets of weights do not fit", exception.Message);
        Assert.Equal(before, narrow.State());
        Assert.Empty(narrow.Notices);
    }

    /// <summary>A step adds to the gradients that are there; doing it again must not add twice.</summary>
    [Fact]
    public void GradientsThatWereThereAreAddedToOnce()
    {
        float[][] states = [.. new[] { false, true }.Select(isNarrow =>
        {
            using var setup = new Setup();
            using (var first = new EopmStep(setup.Generator, [setup.Model], setup.Options, setup)) first.Gradient(setup.Batch, setup.Chips);
            using var second = new EopmStep(setup.Generator, [setup.Model], setup.Options, setup);
            if (isNarrow) setup.Device.Pool.Limit = setup.Before + ((setup.Device.Pool.PeakBytesInUse - setup.Before) / 2);
            setup.Device.Pool.Trim();
            second.Gradient(setup.Batch, setup.Chips);
            Assert.Equal(isNarrow ? 1 : 0, setup.Notices.Count);
            return setup.State();
        })];
        Assert.Equal(states[0], states[1]);
    }

    private sealed class Setup : IDisposable, IProgress<string>
    {
        private static readonly ToyProblem Problem = new(48, 16);
        private static readonly ulong[] AllChips = [3, 20000, 17, 5, 6, 7, 8, 9];

        public Setup(long limit = long.MaxValue, Device? device = null, int images = 16, int chips = 8)
        {
            Device = device ?? new CpuDevice(2);
            Chips = [.. AllChips[..chips]];
            Options = new EopmOptions(new ChipPopulation(0.02), chips, SetsPerPass: 1 + chips);
            using (var network = new Network(ToyProblem.Classifier(), Device, seed: 1)) Model = FrozenNetwork.From(network);
            Generator = new Network(ToyProblem.Generator(), Device, seed: 2);
            Batch = Batch.From(Problem, [.. Enumerable.Range(0, images)], 0, Device);
            Before = Device.Pool.BytesInUse;
            Device.Pool.Trim();
            Device.Pool.Limit = limit;
        }

        public Device Device { get; }

        public FrozenNetwork Model { get; }

        public Network Generator { get; }

        public Batch Batch { get; }

        /// <summary>Bytes in use before any training.</summary>
        public long Before { get; }

        public List<string> Notices { get; } = [];

        /// <summary>All sets run together as long as there is room.</summary>
        public EopmOptions Options { get; }

        public ulong[] Chips { get; }

        public float[] Train()
        {
            EopmTrainer.Train(Generator, [Model], Problem, Options, epochs: 2, seed: 3, notices: this);
            return State();
        }

        public float[] Step()
        {
            using var step = new EopmStep(Generator, [Model], Options, this);
            step.Gradient(Batch, Chips);
            return State();
        }

        /// <summary>All stored numbers and gradients.</summary>
        public float[] State() =>
        [
            .. Generator.Definition.Parameters.SelectMany(parameter => Generator[parameter.Name].ToArray()),
            .. Generator.TrainedTensors.SelectMany(tensor => tensor.Gradient?.ToArray() ?? []),
        ];

        public void Report(string value) => Notices.Add(value);

        public void Dispose()
        {
            Batch.Dispose();
            Generator.Dispose();
            Model.Dispose();
            Device.Dispose();
        }
    }
}
