using RawFuse.Kernels;
using TorchSharp;
using TorchSharp.Modules;

namespace RawFuse.Parity;

/// <summary>
/// An optimizer: the parameters after every step, with a new rate and new gradients each. Now and then a parameter has no gradient and is left out.
/// </summary>
internal sealed class OptimizerComparison : IComparison
{
    private readonly Argument[] parameters;
    private readonly Step[] steps;
    private readonly Func<IEnumerable<Tensor>, Optimizer> ours;
    private readonly Func<IEnumerable<Parameter>, torch.optim.Optimizer> theirs;

    public OptimizerComparison(
        Draw draw, string description, Func<IEnumerable<Tensor>, Optimizer> ours, Func<IEnumerable<Parameter>, torch.optim.Optimizer> theirs)
    {
        (this.ours, this.theirs) = (ours, theirs);
        parameters = [.. Enumerable.Range(0, draw.From(1, 3)).Select(i => draw.Real($"parameter {i}", draw.From(1, 100)))];
        steps =
        [
            .. Enumerable.Range(0, draw.From(1, 12)).Select(_ =>
                new Step(draw.Pick(1e-3f, 0.01f, 0.1f), [.. parameters.Select(parameter => Gradient(draw, parameter.Values.Length))])),
        ];
        Description = $"{description}; rates {string.Join(", ", steps.Select(step => step.Rate))}";
    }

    public string Description { get; }

    public IReadOnlyList<Outcome> OnOurs(Device device)
    {
        using var run = new OurRun(device);
        Tensor[] x = [.. parameters.Select(parameter => run.Own(Tensor.From(device, parameter.Shape, parameter.Values).TrackGradient()))];
        using Optimizer optimizer = ours(x);
        var outcomes = new List<Outcome>();
        foreach (Step step in steps)
        {
            for (int i = 0; i < x.Length; i++)
            {
                if (step.Gradients[i] is not { } gradient) continue;
                using Tape tape = Tape.Start();
                using Tensor values = Tensor.From(device, x[i].Shape, gradient);
                tape.Backward(x[i], values);
            }

            optimizer.Step(step.Rate);
            outcomes.AddRange(x.Select((tensor, i) => Outcome.Of(parameters[i].Name, tensor)));
        }

        return outcomes;
    }

    public IReadOnlyList<Outcome> OnTorch()
    {
        Parameter[] x = [.. parameters.Select(parameter => torch.nn.Parameter(torch.tensor(parameter.Values)))];
        using torch.optim.Optimizer optimizer = theirs(x);
        var outcomes = new List<Outcome>();
        foreach (Step step in steps)
        {
            for (int i = 0; i < x.Length; i++) x[i].grad = step.Gradients[i] is { } gradient ? torch.tensor(gradient) : null;
            foreach (torch.optim.ILearningRateController group in optimizer.ParamGroups) group.LearningRate = step.Rate;
            optimizer.step();
            outcomes.AddRange(x.Select((tensor, i) => Outcome.Of(parameters[i].Name, tensor)));
        }

        return outcomes;
    }

    /// <summary>Gradients of any size from 1e-6 to 1, some of them 0; null for one in ten.</summary>
    private static float[]? Gradient(Draw draw, int length)
    {
        if (draw.From(1, 10) == 1) return null;
        double size = draw.Pick(1, 1e-3, 1e-6);
        return [.. Enumerable.Range(0, length).Select(_ => draw.From(1, 10) == 1 ? 0 : draw.Real(-size, size))];
    }

    /// <param name="Rate">Learning rate.</param>
    /// <param name="Gradients">Per parameter.</param>
    private sealed record Step(float Rate, float[]?[] Gradients);
}
