namespace RawFuse;

/// <summary>What an optimizer remembers of the gradients.</summary>
/// <param name="Name">What it is: "velocity", "mean" or "variance".</param>
/// <param name="Tensors">One for each of the optimizer's parameters, in their order and of their shapes; the optimizer's.</param>
public sealed record OptimizerMoment(string Name, IReadOnlyList<Tensor> Tensors);
