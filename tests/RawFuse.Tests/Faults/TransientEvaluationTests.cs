using RawFuse.Kernels;
using RawFuse.NeuralFuse.Evaluation;
using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Training;
using RawFuse.Tests.Method;

namespace RawFuse.Tests.Faults;

/// <summary>Every forward pass of an evaluation and every training step is an access of its own.</summary>
public sealed class TransientEvaluationTests
{
    private static readonly ChipPopulation Population = new(0.01, options: new FaultOptions { TransientRate = 0.05 });

    [Fact]
    public void Passes_are_numbered()
    {
        CpuDevice device = FaultTestData.TwoThreads;
        using Network classifier = new(ToyProblem.Classifier(), device, seed: 1), generator = new(ToyProblem.Generator(), device, seed: 2);
        using FrozenNetwork model = FrozenNetwork.From(classifier), fuse = FrozenNetwork.From(generator);
        var source = new ToyProblem(70, 25);
        long access = 0;
        var right = new int[2];
        foreach (ReadOnlyMemory<int> numbers in source.Batches(0))
        {
            using Batch batch = Batch.From(source, numbers.Span, 0, device);
            using Tensor fused = fuse.Forward(batch.Images);
            right[0] += Right(batch.Images, batch.Labels);
            right[1] += Right(fused, batch.Labels);
        }

        EvaluationResult result = Evaluator.Evaluate(model, fuse, source, Population, [5]);
        Assert.Equal([100.0 * right[0] / 70], result.Base.Perturbed.PerChip);
        Assert.Equal([100.0 * right[1] / 70], result.WithFuse!.Perturbed.PerChip);

        int Right(Tensor images, IReadOnlyList<int> labels)
        {
            using var faults = new WeightFaults(model, 1);
            Population.Draw(model, 5, faults, 0, access++);
            using Tensor logits = model.Forward(images, faults);
            float[] values = logits.ToArray();
            return labels.Where((label, i) => Array.IndexOf(values, values.Skip(3 * i).Take(3).Max(), 3 * i) - (3 * i) == label).Count();
        }
    }

    [Fact]
    public void Steps_take_their_access()
    {
        CpuDevice device = FaultTestData.TwoThreads;
        using var classifier = new Network(ToyProblem.Classifier(), device, seed: 1);
        using FrozenNetwork model = FrozenNetwork.From(classifier);
        using Batch batch = Batch.From(new ToyProblem(8, 8), [0, 1, 2, 3, 4, 5, 6, 7], 0, device);
        float Loss(long access)
        {
            using var generator = new Network(ToyProblem.Generator(), device, seed: 2);
            using var step = new EopmStep(generator, [model], new EopmOptions(Population));
            return step.Gradient(batch, [5], access).Perturbed;
        }

        Assert.Equal(Loss(0), Loss(0));
        Assert.NotEqual(Loss(0), Loss(1));
    }
}
