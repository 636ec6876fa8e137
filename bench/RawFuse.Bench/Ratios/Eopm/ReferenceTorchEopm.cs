using RawFuse.Bench.Ratios.Torch;
using RawFuse.NeuralFuse.Training;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Eopm;

/// <summary>
/// The step as the paper's reference implementation takes it. For every chip: the generator forward, the faulty model on the raw images (only to print),
/// the clean and the faulty model on F(x), and one backward pass, which also computes the gradients of both base models' weights. All weights
/// are rounded from floats in every pass.
/// </summary>
internal sealed class ReferenceTorchEopm : TorchEopm
{
    private readonly TorchNetwork clean, faulty;

    public ReferenceTorchEopm(EopmProblem problem, MemoryFormat format)
        : base(problem, format)
    {
        clean = new TorchNetwork(problem.Base, format);
        faulty = new TorchNetwork(problem.Base, format);
    }

    public override EopmLoss Gradient(ReadOnlySpan<ulong> seeds)
    {
        float cleanLoss = 0, perturbedLoss = 0;
        foreach (ulong seed in seeds)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            TorchChip chip = Draw(seed);
            using (torch.no_grad())
            using (torch.NewDisposeScope())
                Loss(faulty.Graph.Forward(Images, new QuantizedPass(faulty, isTraining: false, chip: chip))).item<float>();

            var pass = new QuantizedPass(Generator, isTraining: true);
            torch.Tensor fused = Generator.Graph.Forward(Images, pass);
            torch.Tensor cleanPart = Loss(clean.Graph.Forward(fused, new QuantizedPass(clean, isTraining: false)));
            torch.Tensor faultyPart = Loss(faulty.Graph.Forward(fused, new QuantizedPass(faulty, isTraining: false, chip: chip)));
            torch.Tensor loss = cleanPart.add(faultyPart, Problem.Options.Lambda).div(seeds.Length);
            loss.backward();
            pass.PassGradientsOn();
            cleanLoss += cleanPart.item<float>() / seeds.Length;
            perturbedLoss += faultyPart.item<float>() / seeds.Length;
        }

        clean.ClearGradients();
        faulty.ClearGradients();
        return new EopmLoss(cleanLoss, perturbedLoss, Problem.Options.Lambda);
    }

    public override void Dispose()
    {
        clean.Dispose();
        faulty.Dispose();
        base.Dispose();
    }
}
