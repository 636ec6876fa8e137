using RawFuse.Bench.Ratios.Torch;
using RawFuse.NeuralFuse.Training;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Eopm;

/// <summary>
/// The same gradient with as little work as torch can do it: the generator once forward and once backward, in between the 1 + N models one after the other,
/// frozen, each adding to dL/dF(x). Their batch normalizations are folded, and no gradient of a weight is computed.
/// </summary>
internal sealed class RestructuredTorchEopm : TorchEopm
{
    private readonly FrozenTorchNetwork model;
    private readonly torch.ScalarType precision;

    public RestructuredTorchEopm(EopmProblem problem, MemoryFormat format, torch.ScalarType precision = torch.ScalarType.Float32)
        : base(problem, format)
    {
        this.precision = precision;
        model = new FrozenTorchNetwork(problem.Base, problem.Frozen, format, precision);
    }

    public override EopmLoss Gradient(ReadOnlySpan<ulong> seeds)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var pass = new QuantizedPass(Generator, isTraining: true, momentum: 1 - Math.Pow(0.9, seeds.Length));
        torch.Tensor transformed = Generator.Graph.Forward(Images, pass);
        torch.Tensor fused = transformed.detach().to(precision).requires_grad_(true);
        float cleanLoss = Backward(fused, model.Clean, 1), perturbedLoss = 0;
        foreach (ulong seed in seeds)
        {
            using DisposeScope inner = torch.NewDisposeScope();
            perturbedLoss += Backward(fused, model.On(Draw(seed)), Problem.Options.Lambda / seeds.Length) / seeds.Length;
        }

        transformed.backward([fused.grad!.to(torch.ScalarType.Float32)]);
        pass.PassGradientsOn();
        return new EopmLoss(cleanLoss, perturbedLoss, Problem.Options.Lambda);
    }

    public override void Dispose()
    {
        model.Dispose();
        base.Dispose();
    }

    /// <summary>Adds one model's share of dL/dF(x) to the gradient of F(x).</summary>
    private float Backward(torch.Tensor fused, ITorchParameters parameters, float share)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor loss = Loss(model.Graph.Forward(fused, parameters));
        loss.mul(share).backward();
        return loss.item<float>();
    }
}
