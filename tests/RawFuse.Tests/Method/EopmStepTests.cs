using RawFuse.Kernels;
using RawFuse.NeuralFuse.BaseModels;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Generators;
using RawFuse.NeuralFuse.Training;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Method;

/// <summary>One pass over the ensemble against separate passes, chip by chip.</summary>
public sealed class EopmStepTests
{
    private static readonly ulong[] Chips = [3, 20000, 17];

    [Fact]
    public void OnePassGivesTheGradientOfSeparatePasses()
    {
        using var setup = new Setup(1);
        using var step = new EopmStep(setup.Generator, [setup.Model], setup.Options);
        EopmLoss loss = step.Gradient(setup.Batch, Chips);
        float[][] onePass = setup.TakeGradients();

        // L = 1/N sum over k of CE(M_0(F(x))) + lambda CE(M_k(F(x))), each term through the generator again.
        double clean = 0, perturbed = 0;
        var sum = new double[onePass.Length][];
        foreach (ulong chip in Chips)
        {
            using var faults = new WeightFaults(setup.Model, 1);
            setup.Options.Population.Draw(setup.Model, chip, faults, 0);
            float each = 0.5f / Chips.Length;
            clean += setup.SeparatePass(null, [each, each]);
            perturbed += setup.SeparatePass(faults, [setup.Options.Lambda * each, setup.Options.Lambda * each]) / setup.Options.Lambda;
        }

        AssertClose(loss, clean, perturbed, onePass, setup.TakeGradients());
    }

    /// <summary>The clean model and a chip that share a batch out: the first image meets the one, the second the other.</summary>
    [Fact]
    public void AnImageMayMeetOneModel()
    {
        using var setup = new Setup(2);
        using var step = new EopmStep(setup.Generator, [setup.Model], setup.Options with { Chips = 1, SharesBatch = true });
        EopmLoss loss = step.Gradient(setup.Batch, [20000]);
        float[][] gradients = setup.TakeGradients();
        using var faults = new WeightFaults(setup.Model, 1);
        setup.Options.Population.Draw(setup.Model, 20000, faults, 0);
        double clean = setup.SeparatePass(null, [1, 0]), perturbed = setup.SeparatePass(faults, [0, setup.Options.Lambda]) / setup.Options.Lambda;
        AssertClose(loss, clean, perturbed, gradients, setup.TakeGradients());
    }

    [Fact]
    public void ABatchIsSharedOutInEqualParts()
    {
        using var setup = new Setup(1);
        using var step = new EopmStep(setup.Generator, [setup.Model], setup.Options with { SharesBatch = true });
        ArgumentException exception = Assert.Throws<ArgumentException>(() => step.Gradient(setup.Batch, Chips));
        Assert.Contains("2 images cannot be shared out equally among the clean model and 3 chips", exception.Message);
    }

    [Fact]
    public void NeitherSlicesNorThreadsChangeABit()
    {
        float[][]? first = null;
        foreach ((int threads, int setsPerPass) in (ReadOnlySpan<(int, int)>)[(1, 0), (1, 1), (1, 2), (2, 3), (2, 0)])
        {
            using var setup = new Setup(threads);
            using var step = new EopmStep(setup.Generator, [setup.Model], setup.Options with { SetsPerPass = setsPerPass });
            step.Gradient(setup.Batch, Chips);
            float[][] gradients = setup.TakeGradients();
            first ??= gradients;
            Assert.Equal(first, gradients);
        }
    }

    private static void AssertClose(EopmLoss loss, double clean, double perturbed, float[][] gradients, float[][] slow)
    {
        Assert.InRange(loss.Clean / clean, 1 - 1e-5, 1 + 1e-5);
        Assert.InRange(loss.Perturbed / perturbed, 1 - 1e-5, 1 + 1e-5);
        for (int i = 0; i < slow.Length; i++)
        {
            // Biases before a normalization have no gradient but rounding.
            if (GoldenFormula.Norm(slow[i]) < 1e-4) continue;
            Assert.InRange(GoldenFormula.RelativeError(gradients[i], [.. slow[i].Select(value => (double)value)]), 0, 1e-4);
        }
    }

    private sealed class Setup : IDisposable
    {
        private readonly CpuDevice device;

        public Setup(int threads)
        {
            device = new CpuDevice(threads);
            using Network network = GoldenFormula.Fill(new Network(BaseModel.Define("vgg6", 10), device, seed: 1));
            Model = FrozenNetwork.From(network);
            Generator = GoldenFormula.Fill(new Network(NeuralFuse.Generators.Generator.Define("ConvS"), device, seed: 1));
            Batch = Batch.From(new GoldenSource(1000003, [1, 4]), [0, 1], 0, device);
        }

        public FrozenNetwork Model { get; }

        public Network Generator { get; }

        public Batch Batch { get; }

        public EopmOptions Options { get; } = new(new ChipPopulation(0.01, FaultModel.StuckAt, SramMapping.Ibm), Chips.Length);

        public float SeparatePass(WeightFaults? faults, float[] imageWeights)
        {
            using Storage<int> labels = device.Allocate<int>([.. Batch.Labels]);
            using Storage<float> weights = device.Allocate<float>(imageWeights);
            using Tape tape = Tape.Start();
            using Tensor fused = Generator.Forward(Batch.Images, new ForwardMode(IsTraining: true, WeightBits: 8));
            using Tensor logits = Model.Forward(fused, faults);
            using Tensor loss = logits.SoftmaxCrossEntropy(labels, weights);
            tape.Backward(loss);
            return loss.ToScalar();
        }

        public float[][] TakeGradients()
        {
            float[][] gradients = [.. Generator.TrainedTensors.Select(tensor => tensor.Gradient!.ToArray())];
            foreach (Tensor tensor in Generator.TrainedTensors) tensor.ClearGradient();
            return gradients;
        }

        public void Dispose()
        {
            Batch.Dispose();
            Generator.Dispose();
            Model.Dispose();
            Assert.Equal(0, device.Pool.BytesInUse);
            device.Dispose();
        }
    }
}
