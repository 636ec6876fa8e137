using TorchSharp;

namespace RawFuse.Parity.Cases;

/// <summary>Functions of every element, of one tensor and of two.</summary>
internal static class ElementwiseCases
{
    public static readonly ParityCase[] All =
    [
        new("relu", [nameof(UnaryOperations.Relu)], Tolerance.Exact, draw => Unary(draw, "", draw.Either("x", draw.Sizes()), x => x.Relu(), x => x.relu())),
        new("tanh", [nameof(UnaryOperations.Tanh)], Tolerance.FewRoundings, Tanh),
        new("clamp", [nameof(UnaryOperations.Clamp)], Tolerance.Exact, Clamp),
        new("scale", [nameof(UnaryOperations.Scale)], Tolerance.OneRounding, Scale),
        new("add", [nameof(BinaryOperations.Add)], Tolerance.OneRounding, draw => SameShape(draw, (x, y) => x.Add(y), (x, y) => x + y)),
        new("multiply", [nameof(BinaryOperations.Multiply)], Tolerance.OneRounding, draw => SameShape(draw, (x, y) => x.Multiply(y), (x, y) => x * y)),
        new("add, repeated", [nameof(BinaryOperations.Add)], Tolerance.ShortSum, draw => Repeated(draw, (x, y) => x.Add(y), (x, y) => x + y)),
        new("multiply, repeated", [nameof(BinaryOperations.Multiply)], Tolerance.ShortSum, draw => Repeated(draw, (x, y) => x.Multiply(y), (x, y) => x * y)),
    ];

    /// <summary>From numbers near 0, where tanh x is about x, to numbers beyond saturation.</summary>
    private static OperationComparison Tanh(Draw draw)
    {
        double magnitude = draw.Pick(0.01, 1, 4, 20);
        return Unary(draw, $"up to {magnitude}", draw.Between("x", -magnitude, magnitude, draw.Sizes()), x => x.Tanh(), x => x.tanh());
    }

    private static OperationComparison Clamp(Draw draw)
    {
        // Multiples of a quarter are often exactly at the limits.
        float min = draw.From(-8, 0) * 0.25f, max = min + (draw.From(0, 8) * 0.25f);
        return Unary(draw, $"{min} to {max}", draw.Either("x", draw.Sizes()), x => x.Clamp(min, max), x => x.clamp(min, max));
    }

    private static OperationComparison Scale(Draw draw)
    {
        float factor = draw.Coin() ? draw.Real(-3, 3) : draw.From(-2, 2);
        return Unary(draw, $"factor {factor}", draw.Either("x", draw.Sizes()), x => x.Scale(factor), x => x * (double)factor);
    }

    private static OperationComparison Unary(Draw draw, string parameters, Argument x, Func<Tensor, Tensor> ours, Func<torch.Tensor, torch.Tensor> theirs) =>
        new(draw, parameters, [x], (_, x) => ours(x[0]), x => theirs(x[0]));

    private static OperationComparison SameShape(Draw draw, Func<Tensor, Tensor, Tensor> ours, Func<torch.Tensor, torch.Tensor, torch.Tensor> theirs)
    {
        int[] sizes = draw.Sizes();
        return new(draw, "", [draw.Either("x", sizes), draw.Either("y", sizes)], (_, x) => ours(x[0], x[1]), x => theirs(x[0], x[1]));
    }

    /// <summary>The second tensor lacks leading dimensions, or is a single number.</summary>
    private static OperationComparison Repeated(Draw draw, Func<Tensor, Tensor, Tensor> ours, Func<torch.Tensor, torch.Tensor, torch.Tensor> theirs)
    {
        int[] sizes = draw.Sizes();
        int[] suffix = [.. sizes.Skip(draw.From(1, sizes.Length))];
        return new(draw, "", [draw.Either("x", sizes), draw.Either("y", suffix)], (_, x) => ours(x[0], x[1]), x => theirs(x[0], x[1]));
    }
}
