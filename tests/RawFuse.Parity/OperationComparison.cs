using RawFuse.Kernels;
using TorchSharp;

namespace RawFuse.Parity;

/// <summary>
/// An operation on tensors: its result, the gradients of its arguments for a random gradient of the result, and the arguments it updates. Both sides
/// get the arguments in our layouts, so that gradients come out in them too.
/// </summary>
internal sealed class OperationComparison : IComparison
{
    private readonly Argument[] arguments;
    private readonly Func<OurRun, Tensor[], Tensor> ours;
    private readonly Func<torch.Tensor[], torch.Tensor> theirs;
    private readonly torch.ScalarType precision;
    private readonly int gradientSeed;

    /// <summary>Makes a case.</summary>
    /// <param name="draw">Gives the gradient of the result.</param>
    /// <param name="parameters">The operation's parameters, for failures.</param>
    /// <param name="arguments">The tensors it takes.</param>
    /// <param name="ours">The operation, ours.</param>
    /// <param name="theirs">The operation, libtorch's.</param>
    /// <param name="precision">Float64 leaves our rounding alone to be tolerated; Float32 where libtorch's rounding is the reference.</param>
    public OperationComparison(
        Draw draw,
        string parameters,
        Argument[] arguments,
        Func<OurRun, Tensor[], Tensor> ours,
        Func<torch.Tensor[], torch.Tensor> theirs,
        torch.ScalarType precision = torch.ScalarType.Float64)
    {
        Description = string.Join(", ", [.. arguments.Select(argument => $"{argument.Name} {argument.Shape}"), parameters]).TrimEnd(',', ' ');
        (this.arguments, this.ours, this.theirs, this.precision) = (arguments, ours, theirs, precision);
        gradientSeed = draw.From(0, int.MaxValue - 1);
    }

    public string Description { get; }

    public IReadOnlyList<Outcome> OnOurs(Device device)
    {
        using var run = new OurRun(device);
        Tensor[] x = [.. arguments.Select(argument => run.Own(Tensor.From(device, argument.Shape, argument.Values)))];
        for (int i = 0; i < x.Length; i++)
            if (arguments[i].Role == ArgumentRole.Differentiated)
                x[i].TrackGradient();
        using Tape tape = Tape.Start();
        using Tensor y = ours(run, x);
        if (y.NeedsGradient)
        {
            using Tensor gradient = Tensor.From(device, y.Shape, ResultGradient(y.Length));
            tape.Backward(y, gradient);
        }

        return Outcomes(Outcome.Of("result", y), (name, i) => Outcome.Of(name, x[i].Gradient!), (name, i) => Outcome.Of(name, x[i]));
    }

    public IReadOnlyList<Outcome> OnTorch()
    {
        torch.Tensor[] x = [.. arguments.Select(Upload)];
        torch.Tensor y = theirs(x);
        if (y.requires_grad) y.backward([torch.tensor(ResultGradient((int)y.numel()), y.shape, precision)]);
        return Outcomes(Outcome.Of("result", y), (name, i) => Outcome.Of(name, x[i].grad!), (name, i) => Outcome.Of(name, x[i]));
    }

    private torch.Tensor Upload(Argument argument)
    {
        long[] sizes = [.. argument.Shape.ToArray().Select(size => (long)size)];
        return torch.tensor(argument.Values, sizes, precision).requires_grad_(argument.Role == ArgumentRole.Differentiated);
    }

    private float[] ResultGradient(int length) => new Draw(gradientSeed).Reals(length);

    private List<Outcome> Outcomes(Outcome result, Func<string, int, Outcome> gradient, Func<string, int, Outcome> value)
    {
        var outcomes = new List<Outcome> { result };
        for (int i = 0; i < arguments.Length; i++)
        {
            Argument argument = arguments[i];
            if (argument.Role == ArgumentRole.Differentiated) outcomes.Add(gradient($"gradient of {argument.Name}", i));
            if (argument.Role == ArgumentRole.Updated) outcomes.Add(value($"updated {argument.Name}", i));
        }

        return outcomes;
    }
}
