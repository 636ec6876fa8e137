using TorchSharp;
using static TorchSharp.torch.nn;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>
/// The parameters of one forward pass whose weights are rounded to int8 values on the way, from their floats: delta = max|w| / 127, q = round(w / delta),
/// where a chip's faults change q before it becomes q * delta. The rounded weights are leaves of the graph: the gradient that collects in them passes the
/// rounding unchanged, without an operation of its own.
/// </summary>
/// <param name="network">The floats.</param>
/// <param name="isTraining">Whether batch normalization takes the batch's statistics.</param>
/// <param name="momentum">Weight of the batch in the running statistics.</param>
/// <param name="chip">Where the weights are stored; null for sound memory.</param>
internal sealed class QuantizedPass(TorchNetwork network, bool isTraining, double momentum = 0.1, TorchChip? chip = null) : ITorchParameters
{
    private const float Levels = 127;

    private readonly List<(torch.Tensor Parameter, torch.Tensor Rounded)> leaves = [];

    public (torch.Tensor Weight, torch.Tensor? Bias) Of(WeightLayer layer)
    {
        torch.Tensor parameter = network[layer.Weight.Name], rounded;
        using (torch.no_grad())
        using (torch.NewDisposeScope())
        {
            torch.Tensor delta = parameter.abs().max().div_(Levels);
            rounded = parameter.div(delta).round_();
            if (chip is not null) rounded = chip.ReadBack(rounded.to(torch.ScalarType.Int8)).to(torch.ScalarType.Float32);
            rounded.mul_(delta).MoveToOuterDisposeScope();
        }

        if (torch.is_grad_enabled())
        {
            rounded.requires_grad_(true);
            leaves.Add((parameter, rounded));
        }

        return (rounded, layer.Bias is null ? null : network[layer.Bias.Name]);
    }

    public torch.Tensor Normalize(BatchNormLayer layer, torch.Tensor x) => functional.batch_norm(
        x, network[layer.RunningMean.Name], network[layer.RunningVariance.Name], network[layer.Gamma.Name], network[layer.Beta.Name], isTraining, momentum,
        BatchNormLayer.Epsilon);

    /// <summary>After the backward pass: hands the rounded weights' gradients on to the floats.</summary>
    public void PassGradientsOn()
    {
        foreach ((torch.Tensor parameter, torch.Tensor rounded) in leaves)
        {
            if (parameter.grad is { } sum) sum.add_(rounded.grad!);
            else parameter.grad = rounded.grad;
        }
    }
}
