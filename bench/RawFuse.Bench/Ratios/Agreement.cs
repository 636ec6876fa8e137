using System.Numerics.Tensors;

namespace RawFuse.Bench.Ratios;

/// <summary>How far our numbers may lie from torch's: |ours - torch| &lt;= allowed * |torch|, in Euclidean norms over all numbers of a tensor.</summary>
/// <param name="Name">What a failure calls it.</param>
/// <param name="Allowed">Relative distance.</param>
internal sealed record Agreement(string Name, double Allowed)
{
    /// <summary>One convolution in float32: sums of up to 100,000 products in another order.</summary>
    public static readonly Agreement Sum = new("sum", 1e-5);

    /// <summary>A whole network forward in float32.</summary>
    public static readonly Agreement Network = new("network", 1e-4);

    /// <summary>A loss in float32.</summary>
    public static readonly Agreement Loss = new("loss", 1e-5);

    /// <summary>
    /// Gradients through two deep networks in float32. A ReLU whose input lies within rounding of 0 is open on one side only: a few in a million of them shift
    /// the gradient by up to 1%. (Where no decision flips, the tests show agreement to 1e-5.)
    /// </summary>
    public static readonly Agreement Gradient = new("gradient", 0.03);

    /// <summary>A loss of a base model in bfloat16, which has 8 bits of precision, against one in float32.</summary>
    public static readonly Agreement BFloat16Loss = new("bfloat16 loss", 0.01);

    /// <summary>Gradients through a base model in bfloat16 against those in float32: here a few ReLUs in a thousand flip.</summary>
    public static readonly Agreement BFloat16Gradient = new("bfloat16 gradient", 0.3);

    /// <summary>Refuses numbers that are too far apart.</summary>
    /// <param name="what">What they are, for the message.</param>
    /// <param name="ours">RawFuse's.</param>
    /// <param name="torch">Torch's.</param>
    /// <param name="floor">A norm below which the distance is taken relative to this one: numbers that are 0 but for rounding agree.</param>
    /// <exception cref="RatioException">They are too far apart, or one is not finite.</exception>
    public void Check(string what, ReadOnlySpan<float> ours, ReadOnlySpan<float> torch, double floor = 0)
    {
        if (ours.Length != torch.Length) throw new RatioException($"{what}: RawFuse computes {ours.Length} numbers, torch {torch.Length}.");
        double norm = Math.Max(TensorPrimitives.Norm(torch), floor), distance = TensorPrimitives.Distance(ours, torch);
        if (!(distance <= Allowed * norm))
            throw new RatioException($"{what}: RawFuse's numbers lie {distance / norm:G3} from torch's, relative to their norm; '{Name}' allows {Allowed}.");
    }
}
