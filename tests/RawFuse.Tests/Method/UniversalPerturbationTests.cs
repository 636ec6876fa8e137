using RawFuse.Kernels;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Training;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

/// <summary>The baseline: one trained image for all inputs, F(x) = clip(x + tanh(U)).</summary>
public sealed class UniversalPerturbationTests : IDisposable
{
    private const int Size = ToyProblem.Size;

    private readonly CpuDevice device = new(2);

    [Fact]
    public void AddsTheSameImageToAllInputs()
    {
        using Network network = Make();
        using Tensor images = Images(3);
        float[] x = images.ToArray();
        using (Tensor untrained = network.Forward(images)) Assert.Equal(x, untrained.ToArray());
        GeneratorStart.AtIdentity(network);
        Assert.All(network["U"].ToArray(), value => Assert.Equal(0, value));

        float[] u = Randomize(network);
        using FrozenNetwork frozen = FrozenNetwork.From(network, bits: 2);
        using Tensor trained = network.Forward(images, new ForwardMode(IsTraining: true, WeightBits: 2)), packed = frozen.Forward(images);
        float[] actual = trained.ToArray();
        for (int i = 0; i < x.Length; i++) Assert.InRange(actual[i] - Math.Clamp(x[i] + Math.Tanh(u[i % u.Length]), -1, 1), -3e-7, 3e-7);
        Assert.Equal(actual, packed.ToArray());
        Assert.Empty(frozen.Weights);
    }

    /// <summary>d/dU of sum(factor * F(x)), pixel by pixel: (1 - tanh(U)^2) * the factors of all images where the clip is open.</summary>
    [Fact]
    public void TheGradientIsTheSumOverImages()
    {
        const int count = 4;
        const double step = 1e-3;
        using Network network = Make();
        using Tensor images = Images(count);
        float[] x = images.ToArray(), u = Randomize(network);
        var random = new SplitMix64(12);
        float[] factors = [.. x.Select(_ => (2 * random.NextSingle()) - 1)];
        using (Tape tape = Tape.Start())
        using (Tensor y = network.Forward(images, new ForwardMode(IsTraining: true)))
        using (Tensor gradient = Tensor.From(device, y.Shape, factors))
            tape.Backward(y, gradient);
        float[] actual = network["U"].Gradient!.ToArray();
        bool sawClip = false, sawOpen = false;
        for (int i = 0; i < u.Length; i++)
        {
            int[] places = [.. Enumerable.Range(0, count).Select(n => (n * u.Length) + i)];
            double At(double value) => places.Sum(at => factors[at] * Math.Clamp(x[at] + Math.Tanh(value), -1, 1));
            double[] reached = [.. places.Select(at => Math.Abs(x[at] + Math.Tanh(u[i])))];
            if (reached.Any(value => Math.Abs(value - 1) < 2 * step)) continue; // a kink
            sawClip |= reached.Any(value => value > 1);
            sawOpen |= reached.Any(value => value < 1);

            // The differences' own error is of the order of the step squared.
            Assert.InRange(actual[i] - ((At(u[i] + step) - At(u[i] - step)) / (2 * step)), -1e-5, 1e-5);
        }

        Assert.True(sawClip && sawOpen);
    }

    [Fact]
    public void TrainingLowersTheLoss()
    {
        // The classifier sees images that are too dark in one channel; one image added to all repairs it.
        using var classifier = new Network(ToyProblem.Classifier(), device, seed: 7);
        QatTrainer.Train(classifier, new ToyProblem(96, 16), new QatOptions(Epochs: 5, new OneCycleRate(0.05f)));
        using FrozenNetwork model = FrozenNetwork.From(classifier);
        using Network perturbation = Make();
        var shifted = new Shifted(new ToyProblem(96, 16));
        var losses = new List<float>();
        var options = new EopmOptions(new ChipPopulation(0.01, FaultModel.StuckAt, SramMapping.Physical), Chips: 2, Rate: new StaircaseRate(0.02f));
        EopmTrainer.Train(perturbation, [model], shifted, options, epochs: 10, seed: 5, new Heard<TrainingProgress>(progress => losses.Add(progress.Loss)));
        Assert.True(losses.TakeLast(6).Average() < 0.5 * losses.Take(6).Average(), string.Join(" ", losses));

        using FrozenNetwork fuse = FrozenNetwork.From(perturbation);
        EvaluationResult result = Evaluator.Evaluate(model, fuse, shifted, options.Population, Evaluator.Chips(2));
        Assert.True(result.WithFuse!.Clean > result.Base.Clean, $"{result.Base.Clean}% without, {result.WithFuse.Clean}% with");
    }

    [Fact]
    public void IsAGeneratorByName()
    {
        Assert.Equal(["ConvL", "ConvS", "DeConvL", "DeConvS", "UNetL", "UNetS", "UIP"], Generator.Names);
        Assert.Equal("UIP", Generator.Define("uip", 224).Name);
        Assert.Equal(3 * 224 * 224, Generator.Define("uip", 224).ParameterCount);
    }

    public void Dispose()
    {
        Assert.Equal(0, device.Pool.BytesInUse);
        device.Dispose();
    }

    private Network Make() => new(Generator.Define("UIP", Size), device, seed: 3);

    private Tensor Images(int count)
    {
        var random = new SplitMix64(77);
        var shape = new Shape(count, Size, Size, 3);
        return Tensor.From(device, shape, [.. Enumerable.Range(0, shape.Length).Select(_ => (2 * random.NextSingle()) - 1)]);
    }

    private static float[] Randomize(Network network)
    {
        var random = new SplitMix64(6);
        float[] values = [.. Enumerable.Range(0, network["U"].Length).Select(_ => (3 * random.NextSingle()) - 1.5f)];
        network["U"].Set(values);
        return values;
    }

    /// <summary>Another source's images with the first channel darkened.</summary>
    private sealed class Shifted(IImageSource source) : IImageSource
    {
        public int Count => source.Count;

        public int Classes => source.Classes;

        public int Height => source.Height;

        public int Width => source.Width;

        public IEnumerable<ReadOnlyMemory<int>> Batches(int epoch) => source.Batches(epoch);

        public void Fill(ReadOnlySpan<int> numbers, int epoch, Span<float> pixels, Span<int> labels)
        {
            source.Fill(numbers, epoch, pixels, labels);
            for (int i = 0; i < pixels.Length; i += 3) pixels[i] = Math.Max(-1, pixels[i] - 0.7f);
        }
    }
}
