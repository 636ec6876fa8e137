using static TorchSharp.torch.nn.functional;

namespace RawFuse.Parity.Cases;

/// <summary>Convolutions, transposed convolutions and linear maps with float weights.</summary>
internal static class ConvolutionCases
{
    public static readonly ParityCase[] All =
    [
        new("conv2d", [nameof(ConvolutionOperations.Conv2d)], Tolerance.LongSum, Conv2d),
        new("conv transpose", [nameof(ConvolutionOperations.ConvTranspose2d)], Tolerance.LongSum, ConvTranspose2d),
        new("linear", [nameof(ConvolutionOperations.Linear)], Tolerance.LongSum, Linear),
    ];

    private static OperationComparison Conv2d(Draw draw)
    {
        int inputs = draw.Channels(), outputs = draw.Channels(), stride = draw.From(1, 3), padding = draw.From(0, 3);
        int kernelHeight = draw.From(1, 5), kernelWidth = draw.From(1, 5);
        int height = draw.From(Math.Max(1, kernelHeight - (2 * padding)), 9), width = draw.From(Math.Max(1, kernelWidth - (2 * padding)), 9);
        Argument x = draw.Either("x", draw.From(1, 4), height, width, inputs), weight = draw.Either("weight", kernelHeight, kernelWidth, inputs, outputs);
        return new OperationComparison(
            draw,
            $"stride {stride}, padding {padding}",
            [x, weight, .. Bias(draw, outputs)],
            (_, a) => a[0].Conv2d(a[1], a.ElementAtOrDefault(2), stride, padding),
            a => conv2d(a[0].Nchw(), a[1].Oihw(), a.ElementAtOrDefault(2), [stride, stride], [padding, padding]).Nhwc());
    }

    private static OperationComparison ConvTranspose2d(Draw draw)
    {
        int inputs = draw.Channels(), outputs = draw.Channels(), stride = draw.From(1, 3), padding = draw.From(0, 2);
        int kernelHeight = draw.From(1, 5), kernelWidth = draw.From(1, 5);

        // At least one pixel must be left after the padding is cut off.
        int Least(int kernel) => 1 + Math.Max(0, ((2 * padding) - kernel + stride) / stride);
        int height = draw.From(Least(kernelHeight), 6), width = draw.From(Least(kernelWidth), 6);
        Argument x = draw.Either("x", draw.From(1, 4), height, width, inputs), weight = draw.Either("weight", kernelHeight, kernelWidth, outputs, inputs);
        return new OperationComparison(
            draw,
            $"stride {stride}, padding {padding}",
            [x, weight, .. Bias(draw, outputs)],
            (_, a) => a[0].ConvTranspose2d(a[1], a.ElementAtOrDefault(2), stride, padding),
            a => conv_transpose2d(a[0].Nchw(), a[1].Oihw(), a.ElementAtOrDefault(2), [stride, stride], [padding, padding]).Nhwc());
    }

    private static OperationComparison Linear(Draw draw)
    {
        int images = draw.From(1, 9), outputs = draw.Channels();
        int[] sizes = draw.Coin() ? [images, draw.From(1, 300)] : [images, draw.From(1, 3), draw.From(1, 3), draw.Channels()];
        int inputs = sizes.Skip(1).Aggregate((product, size) => product * size);
        Argument x = draw.Either("x", sizes), weight = draw.Either("weight", 1, 1, inputs, outputs);
        return new OperationComparison(
            draw,
            "",
            [x, weight, .. Bias(draw, outputs)],
            (_, a) => a[0].Linear(a[1], a.ElementAtOrDefault(2)),
            a => linear(a[0].reshape(images, inputs), a[1].reshape(inputs, outputs).t(), a.ElementAtOrDefault(2)));
    }

    /// <summary>In half of the cases.</summary>
    private static Argument[] Bias(Draw draw, int outputs) => draw.Coin() ? [draw.Real("bias", outputs)] : [];
}
