using RawFuse.Kernels;
using TorchSharp;

namespace RawFuse.Parity.Cases;

/// <summary>Symmetric quantization, in float32 on both sides: its roundings are what is defined. Many numbers lie exactly between two steps.</summary>
internal static class QuantizationCases
{
    public static readonly ParityCase[] All =
    [
        new("fake quantization", [nameof(FakeQuantization.FakeQuantize)], Tolerance.Exact, FakeQuantize),
        new("quantization", [nameof(QuantizedWeights)], Tolerance.Exact, Quantize),
    ];

    private static OperationComparison FakeQuantize(Draw draw)
    {
        int bits = draw.From(2, 8);
        return new(
            draw,
            $"{bits} bits",
            [Weights(draw, bits, draw.Sizes())],
            (_, x) => x[0].FakeQuantize(bits),
            x =>
            {
                (torch.Tensor steps, torch.Tensor delta) = Steps(x[0], bits);

                // Straight through: the value of the first summand, the gradient of the second.
                return (steps * delta).detach() + (x[0] - x[0].detach());
            },
            torch.ScalarType.Float32);
    }

    private static OperationComparison Quantize(Draw draw)
    {
        int bits = draw.From(2, 8);
        return new(
            draw,
            $"{bits} bits",
            [Weights(draw, bits, draw.From(1, 3), draw.From(1, 3), draw.From(1, 9), draw.From(1, 9)).Constant],
            (run, x) =>
            {
                using QuantizedWeights weights = QuantizedWeights.From(x[0], bits);
                var packed = new sbyte[weights.Shape.Length];
                run.Device.Download(weights.Packed, packed);
                return Tensor.From(run.Device, new Shape(packed.Length + 1), [.. packed.Select(value => (float)value), weights.Scale]);
            },
            x =>
            {
                (torch.Tensor steps, torch.Tensor delta) = Steps(x[0], bits);
                return torch.cat([steps.flatten(), delta.reshape(1)], 0);
            },
            torch.ScalarType.Float32);
    }

    private static (torch.Tensor Steps, torch.Tensor Delta) Steps(torch.Tensor x, int bits)
    {
        // A tensor of zeros has delta 0 and stays 0.
        torch.Tensor delta = x.abs().max() / ((1 << (bits - 1)) - 1);
        return ((x / delta).round().nan_to_num(0), delta);
    }

    private static Argument Weights(Draw draw, int bits, params int[] sizes)
    {
        if (draw.From(1, 20) == 1) return draw.Between("x", 0, 0, sizes);
        Argument x = draw.Real("x", sizes);
        if (draw.Coin()) return x;

        // Half steps. With a unit of 1 they are exactly that; with others the division decides, and a product with 1 / delta would often decide otherwise.
        float unit = draw.Coin() ? 1 : draw.Real(0.01, 1);
        int levels = (1 << (bits - 1)) - 1;
        float[] halves = [.. x.Values.Select(_ => draw.From(-2 * levels, 2 * levels) * 0.5f * unit)];
        halves[draw.From(0, halves.Length - 1)] = levels * unit;
        return x with { Values = halves };
    }
}
