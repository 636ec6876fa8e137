using RawFuse.Kernels;

namespace RawFuse.Parity;

/// <summary>One line of the table: an operation and how its random cases are drawn.</summary>
/// <param name="Name">What the test report shows; unique.</param>
/// <param name="Covers">Names of the methods and types it exercises.</param>
/// <param name="Tolerance">How close both sides must be, in results and gradients.</param>
/// <param name="Next">Draws a case.</param>
internal sealed record ParityCase(string Name, string[] Covers, Tolerance Tolerance, Func<Draw, IComparison> Next);

/// <summary>One random case, ready to run on both sides.</summary>
internal interface IComparison
{
    /// <summary>Shapes and parameters, for failures.</summary>
    string Description { get; }

    /// <summary>Everything that is compared, computed by RawFuse.</summary>
    IReadOnlyList<Outcome> OnOurs(Device device);

    /// <summary>The same in the same order, computed by libtorch; called through <see cref="Libtorch.Run"/>.</summary>
    IReadOnlyList<Outcome> OnTorch();
}

/// <summary>A tensor that is compared.</summary>
/// <param name="Name">Which one.</param>
/// <param name="Sizes">Its sizes.</param>
/// <param name="Values">Its values.</param>
internal sealed record Outcome(string Name, long[] Sizes, double[] Values)
{
    public static Outcome Of(string name, Tensor tensor) =>
        new(name, [.. tensor.Shape.ToArray().Select(size => (long)size)], [.. tensor.ToArray().Select(value => (double)value)]);

    public static Outcome Of(string name, TorchSharp.torch.Tensor tensor)
    {
        using TorchSharp.torch.Tensor doubles = tensor.detach().to(TorchSharp.torch.ScalarType.Float64).contiguous();
        return new(name, tensor.shape, doubles.data<double>().ToArray());
    }
}
