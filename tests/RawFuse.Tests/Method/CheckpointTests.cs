using System.Runtime.InteropServices;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Training;
using RawFuse.NeuralFuse.Training.Checkpoints;
using RawFuse.Serialization;
using RawFuse.Tests.Serialization;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

/// <summary>A training that was interrupted and resumed ends with the bits of one that was not.</summary>
public sealed class CheckpointTests : IDisposable
{
    /// <summary>Steps of all trainings here: 4 epochs of 3.</summary>
    private const int Steps = 12;

    private readonly TemporaryFolder folder = new();

    private readonly CpuDevice device = new(2);

    public static TheoryData<string> Kinds => ["sgd", "adam", "eopm", "eopm ibm", "transient"];

    public void Dispose()
    {
        device.Dispose();
        folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ATrainingGoesOnAfterAnyStep(string kind)
    {
        Dictionary<string, int[]> expected = Train(kind, null);
        for (int stop = 1; stop < Steps; stop++)
        {
            string own = folder.File($"{kind} {stop}");
            Assert.Throws<OperationCanceledException>(() => Train(kind, new(own, Every: 100), stop));
            AssertSame(expected, Train(kind, new(own, Every: 100, Resume: true)));
        }
    }

    /// <summary>With averages and judged epochs, stopped after every single step and at every judgement.</summary>
    [Theory]
    [InlineData("adam", 0)]
    [InlineData("eopm", 0)]
    [InlineData("sgd", 1)]
    [InlineData("eopm", 1)]
    public void AveragesAndTheBestEpochGoOnToo(string kind, int patience)
    {
        var heldOut = new HeldOut(new ToyProblem(30, 10, first: 500), patience);
        Dictionary<string, int[]> expected = Train(kind, null, heldOut: heldOut, average: 0.9);
        Assert.NotEqual(expected["bn" + (kind == "eopm" ? "1" : "") + ".weight"], Train(kind, null, heldOut: heldOut)["bn" + (kind == "eopm" ? "1" : "") + ".weight"]);
        string own = folder.File("own");
        for (int i = 0; i < Steps; i++)
        {
            try
            {
                AssertSame(expected, Train(kind, new(own, Every: 5, Resume: true), stop: 1, heldOut: heldOut, average: 0.9));
                return;
            }
            catch (OperationCanceledException)
            {
            }
        }

        AssertSame(expected, Train(kind, new(own, Resume: true), heldOut: heldOut, average: 0.9));
    }

    /// <summary>An epoch whose judgement was interrupted is judged after all.</summary>
    [Fact]
    public void AJudgementGoesOn()
    {
        using var stop = new CancellationTokenSource();
        var images = new Watched(new ToyProblem(30, 10, first: 500));
        var heldOut = new HeldOut(images);
        Dictionary<string, int[]> expected = Train("sgd", null, heldOut: heldOut);
        string own = folder.File("own");
        images.OnFill = stop.Cancel;
        Assert.Throws<OperationCanceledException>(() => Train("sgd", new(own), heldOut: heldOut, token: stop.Token));
        images.OnFill = null;
        Assert.Contains("step-000000003", Assert.Single(Names(own)));
        AssertSame(expected, Train("sgd", new(own, Resume: true), heldOut: heldOut));
    }

    [Fact]
    public void TheLatestCheckpointsAreKept()
    {
        string own = folder.File("own");
        Train("sgd", new(own, Every: 2, Keep: 3));
        Assert.Equal(["step-000000008.safetensors", "step-000000010.safetensors", "step-000000012.safetensors"], Names(own));
    }

    [Fact]
    public void AFinishedTrainingGivesItsResultAgain()
    {
        string own = folder.File("own");
        Dictionary<string, int[]> first = Train("eopm", new(own));
        var steps = new List<int>();
        AssertSame(first, Train("eopm", new(own, Resume: true), onStep: steps.Add));
        Assert.Empty(steps);
    }

    /// <summary>Every way a file can be damaged: cut anywhere, or a bit changed anywhere. The one before it takes its place.</summary>
    [Fact]
    public void ADamagedCheckpointIsRecognizedAndTheOneBeforeItUsed()
    {
        Dictionary<string, int[]> expected = Train("adam", null);
        string own = folder.File("own");
        Assert.Throws<OperationCanceledException>(() => Train("adam", new(own, Every: 4), stop: 9));
        string latest = Path.Combine(own, "step-000000009.safetensors");
        byte[] whole = File.ReadAllBytes(latest);
        var random = new Random(1);
        for (int i = 0; i < 24; i++)
        {
            byte[] damaged = i % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            if (i % 2 == 1) damaged[i % 4 == 1 ? random.Next(2000) : random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(latest, damaged);
            var notices = new List<string>();
            AssertSame(expected, Train("adam", new(own, Every: 100, Keep: 10, Resume: true), notices: notices));
            Assert.Contains(notices, notice => notice.Contains(latest) && notice.Contains("the checkpoint before it is used"));
            Assert.Contains(notices, notice => notice.EndsWith("step-000000008.safetensors"));
            File.Delete(Path.Combine(own, "step-000000012.safetensors"));
        }
    }

    [Fact]
    public void WhereAllAreDamagedNothingIsOverwritten()
    {
        string own = folder.File("own");
        Train("sgd", new(own, Every: 6));
        foreach (string name in Names(own)) File.WriteAllText(Path.Combine(own, name), "nothing");
        Assert.Throws<FileFormatException>(() => Train("sgd", new(own, Resume: true)));
        Assert.Equal(2, Names(own).Length);
    }

    [Fact]
    public void CheckpointsOfAnotherTrainingAreRefused()
    {
        string own = folder.File("own");
        Assert.Throws<OperationCanceledException>(() => Train("eopm", new(own), stop: 4));
        Assert.Contains("resume it", Assert.Throws<ArgumentException>(() => Train("eopm", new(own))).Message);
        Assert.Contains("its faults is", Assert.Throws<ArgumentException>(() => Train("eopm ibm", new(own, Resume: true))).Message);
        Assert.Contains("its average is 0, here it is 0.5", Assert.Throws<ArgumentException>(() => Train("eopm", new(own, Resume: true), average: 0.5)).Message);
        Assert.Contains("its training images is", Assert.Throws<ArgumentException>(() => Train("eopm", new(own, Resume: true), images: 47)).Message);
        Assert.Contains("its network is", Assert.Throws<ArgumentException>(() => Train("sgd", new(own, Resume: true))).Message, StringComparison.Ordinal);
        Train("eopm", new(own, Resume: true));
    }

    [Fact]
    public void OneTrainingUsesAFolderAtATime()
    {
        string own = folder.File("own");
        string message = "";
        Train("sgd", new(own), onStep: step =>
        {
            if (step == 2) message = Assert.Throws<IOException>(() => Train("sgd", new(own, Resume: true))).Message;
        });
        Assert.Contains("does another training use it?", message);
    }

    [Fact]
    public void AFolderThatCannotBeIsRefused()
    {
        File.WriteAllText(folder.File("file"), "");
        Assert.Contains("is a file; expected a folder", Assert.Throws<ArgumentException>(() => Train("sgd", new(folder.File("file")))).Message);
        Assert.ThrowsAny<IOException>(() => Train("sgd", new(Path.Combine(folder.File("file"), "below"))));
    }

    /// <summary>A checkpoint that cannot be written ends training with a clear word, and those before it stay.</summary>
    [Fact]
    public void AFailedWriteKeepsWhatThereWas()
    {
        string own = folder.File("own");
        IOException exception = Assert.Throws<IOException>(() => Train("sgd", new(own, Every: 2, Keep: 1), onStep: step =>
        {
            // Something else took the name of the next one.
            if (step == 3) Directory.CreateDirectory(Path.Combine(own, "step-000000004.safetensors"));
        }));
        Assert.StartsWith("Checkpoint of step 4: ", exception.Message);
        Assert.EndsWith("(that of step 2 is kept)", exception.Message);
        Directory.Delete(Path.Combine(own, "step-000000004.safetensors"));
        AssertSame(Train("sgd", null), Train("sgd", new(own, Resume: true)));
    }

    [Fact]
    public void WhatAKilledProcessLeftIsRemoved()
    {
        string own = folder.File("own");
        Directory.CreateDirectory(own);
        File.WriteAllText(Path.Combine(own, ".rawfuse-0123.tmp"), "half a checkpoint");
        Train("sgd", new(own, Every: 100, Resume: true));
        Assert.DoesNotContain(Directory.EnumerateFiles(own), file => file.EndsWith(".tmp"));
    }

    private static string[] Names(string folder) => [.. Directory.EnumerateFiles(folder, "*.safetensors").Select(file => Path.GetFileName(file)).Order()];

    private static void AssertSame(Dictionary<string, int[]> expected, Dictionary<string, int[]> actual)
    {
        foreach ((string name, int[] bits) in expected) Assert.True(bits.AsSpan().SequenceEqual(actual[name]), $"'{name}' differs.");
    }

    /// <summary>Trains 12 steps, or until it is stopped after some, and returns the bits of the result.</summary>
    private Dictionary<string, int[]> Train(
        string kind, CheckpointOptions? checkpoints, int stop = 0, HeldOut? heldOut = null, double average = 0, int images = 48, List<string>? notices = null, Action<int>? onStep = null,
        CancellationToken token = default)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(token);
        int steps = 0;
        var progress = new Heard<TrainingProgress>(now =>
        {
            onStep?.Invoke(now.Step);
            if (++steps == stop) stopping.Cancel();
        });
        var told = new Heard<string>(notice => notices?.Add(notice));
        var source = new ToyProblem(images, 16);
        var run = new TrainingRun(checkpoints, heldOut, average);
        using var classifier = new Network(ToyProblem.Classifier(), device, seed: 2);
        using var generator = new Network(ToyProblem.Generator(), device, seed: 3);
        Network trained = classifier;
        if (kind is "sgd" or "adam")
        {
            QatOptimizer optimizer = kind == "adam" ? QatOptimizer.Adam : QatOptimizer.Sgd;
            QatTrainer.Train(classifier, source, new QatOptions(4, new OneCycleRate(0.01f), optimizer), progress, told, run, stopping.Token);
        }
        else
        {
            trained = generator;
            using FrozenNetwork model = FrozenNetwork.From(classifier);
            var faults = new FaultOptions { TransientRate = kind == "transient" ? 0.01 : 0 };
            var population = new ChipPopulation(0.02, FaultModel.StuckAt, kind == "eopm ibm" ? SramMapping.Ibm : SramMapping.Physical, options: faults);
            EopmTrainer.Train(generator, [model], source, new EopmOptions(population, Chips: 2, Rate: new StaircaseRate(0.01f, 0.5f, 5)), epochs: 4, seed: 5, progress, told, run, stopping.Token);
        }

        return trained.Definition.Parameters.ToDictionary(parameter => parameter.Name, parameter => MemoryMarshal.Cast<float, int>(trained[parameter.Name].ToArray()).ToArray());
    }

    /// <summary>Images that something happens to when they are read.</summary>
    private sealed class Watched(IImageSource images) : IImageSource
    {
        public Action? OnFill { get; set; }

        public int Count => images.Count;

        public int Classes => images.Classes;

        public int Height => images.Height;

        public int Width => images.Width;

        public IEnumerable<ReadOnlyMemory<int>> Batches(int epoch) => images.Batches(epoch);

        public void Fill(ReadOnlySpan<int> numbers, int epoch, Span<float> nhwc, Span<int> labels)
        {
            // The fingerprint reads the first batch alone.
            if (numbers[0] > 0) OnFill?.Invoke();
            images.Fill(numbers, epoch, nhwc, labels);
        }
    }
}
