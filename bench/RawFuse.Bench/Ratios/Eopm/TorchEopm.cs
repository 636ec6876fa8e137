using RawFuse.Bench.Ratios.Torch;
using RawFuse.NeuralFuse.Training;
using RawFuse.Parity;
using TorchSharp;
using TorchSharp.Modules;

namespace RawFuse.Bench.Ratios.Eopm;

/// <summary>An <see cref="EopmProblem"/> in torch, up to how the gradient is computed.</summary>
internal abstract class TorchEopm : IDisposable
{
    private readonly TensorKeeper keeper = new();
    private readonly torch.optim.Optimizer optimizer;

    protected TorchEopm(EopmProblem problem, MemoryFormat format)
    {
        Problem = problem;
        Format = format;
        Generator = new TorchNetwork(problem.Generator, format);
        Images = keeper.Make(() => TorchData.Images(problem.Batch.Images.ToArray(), problem.Batch.Images.Shape, format));
        Labels = keeper.Make(() => TorchData.Labels(problem.Batch.Labels));
        optimizer = Libtorch.Run(() => torch.optim.Adam(Generator.Trained, problem.Options.Rate.At(0, total: 1), EopmOptions.Beta1, EopmOptions.Beta2));
    }

    /// <summary>Layout of the images.</summary>
    public MemoryFormat Format { get; }

    protected EopmProblem Problem { get; }

    protected TorchNetwork Generator { get; }

    protected torch.Tensor Images { get; }

    protected torch.Tensor Labels { get; }

    /// <summary>Adds the loss's gradient to the generator's parameters.</summary>
    /// <param name="seeds">The chips.</param>
    /// <returns>The clean loss and the mean loss of the chips.</returns>
    public abstract EopmLoss Gradient(ReadOnlySpan<ulong> seeds);

    /// <summary>The whole step.</summary>
    public void Step()
    {
        Gradient(Problem.Seeds);
        optimizer.step();
        Generator.ClearGradients();
    }

    /// <summary>The gradient of a parameter in PyTorch's order.</summary>
    public float[] GradientOf(string name) => Generator[name].grad!.Values();

    /// <summary>Forgets the gradient.</summary>
    public void Clear() => Generator.ClearGradients();

    public virtual void Dispose()
    {
        optimizer.Dispose();
        Generator.Dispose();
        keeper.Dispose();
    }

    /// <summary>Mean cross-entropy in float32.</summary>
    protected torch.Tensor Loss(torch.Tensor logits) => torch.nn.functional.cross_entropy(logits.to(torch.ScalarType.Float32), Labels);

    /// <summary>The memory of a chip.</summary>
    protected TorchChip Draw(ulong seed) => new((uint)seed, EopmProblem.BitErrorRate, Format);
}
