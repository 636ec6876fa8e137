using RawFuse.Kernels;

namespace RawFuse.KernelCases;

/// <summary>
/// The three passes of a convolution over many shapes, on whole numbers: every sum is exact in float32, so the results must equal the
/// reference, whatever the order of summation. A few shapes run on real numbers too.
/// </summary>
internal static class ConvolutionCases
{
    /// <summary>Multiply-accumulates that the emulator does in a moment.</summary>
    public const int EmulatorMacs = 400_000;

    /// <summary>Terms of sums that the emulator's tensor cores, which are slower still, add up in a moment.</summary>
    private const int TensorTerms = 720;

    private static readonly Conv2dShape[] Shapes =
    [
        // Images, height, width, input channels, output channels, kernel height, kernel width, stride, padding.
        // Every number of channels on either side.
        new(1, 3, 3, 1, 1, 3, 3, 1, 1), new(2, 4, 5, 2, 3, 3, 3, 1, 1), new(2, 5, 4, 3, 2, 3, 3, 1, 1),
        new(1, 4, 4, 4, 5, 3, 3, 1, 1), new(1, 4, 4, 5, 4, 3, 3, 1, 1),
        new(1, 4, 3, 7, 8, 3, 3, 1, 1), new(1, 4, 3, 8, 7, 3, 3, 1, 1), new(2, 3, 3, 9, 15, 3, 3, 1, 1),
        new(2, 3, 3, 15, 9, 3, 3, 1, 1), new(1, 4, 4, 16, 17, 3, 3, 1, 1),
        new(1, 4, 4, 17, 16, 3, 3, 1, 1), new(1, 4, 5, 31, 32, 3, 3, 1, 1), new(1, 4, 5, 32, 31, 3, 3, 1, 1),
        new(1, 5, 3, 33, 48, 3, 3, 1, 1), new(1, 5, 3, 48, 33, 3, 3, 1, 1),
        new(1, 4, 4, 64, 65, 3, 3, 1, 1), new(1, 4, 4, 65, 64, 3, 3, 1, 1), new(1, 3, 4, 100, 128, 3, 3, 1, 1),
        new(1, 3, 4, 128, 100, 3, 3, 1, 1), new(2, 5, 5, 3, 64, 3, 3, 1, 1),
        new(2, 5, 5, 64, 3, 3, 3, 1, 1), new(1, 2, 2, 100, 200, 3, 3, 1, 1), new(1, 1, 1, 128, 300, 3, 3, 1, 1),
        new(1, 1, 1, 300, 10, 1, 1), new(7, 1, 1, 33, 10, 1, 1),

        // 1x1 kernels, and kernels smaller than the stride: some input pixels have no gradient.
        new(1, 1, 1, 1, 1, 1, 1), new(3, 1, 1, 5, 9, 1, 1), new(2, 5, 3, 8, 16, 1, 1), new(2, 5, 5, 16, 33, 1, 1, 2),
        new(2, 6, 4, 9, 4, 1, 1, 2), new(1, 7, 8, 3, 8, 1, 1, 3),
        new(1, 8, 8, 4, 9, 2, 2, 3), new(1, 2, 2, 3, 4, 1, 1, 3), new(1, 5, 5, 2, 3, 1, 1, 1, 1), new(1, 5, 5, 3, 8, 1, 1, 2, 1),

        // 2x2 and 4x4 kernels, as in generators.
        new(1, 5, 4, 3, 5, 2, 2), new(1, 6, 6, 8, 9, 2, 2, 2), new(1, 5, 7, 4, 4, 2, 2, 2, 1), new(1, 4, 4, 3, 4, 4, 4),
        new(2, 8, 8, 3, 16, 4, 4, 2, 1), new(1, 6, 8, 16, 31, 4, 4, 2, 1),
        new(1, 7, 5, 5, 7, 4, 4, 3, 2), new(1, 4, 4, 2, 2, 4, 4, 1, 3),

        // 3x3 kernels with all strides and paddings, and sizes that leave a rest.
        new(1, 3, 3, 4, 8, 3, 3), new(1, 13, 9, 3, 5, 3, 3, 2, 1), new(2, 8, 8, 16, 32, 3, 3, 2, 1), new(1, 9, 7, 8, 9, 3, 3, 2),
        new(1, 7, 9, 5, 3, 3, 3, 3), new(1, 8, 10, 4, 7, 3, 3, 3, 1),
        new(1, 6, 6, 3, 9, 3, 3, 2, 2), new(1, 4, 5, 2, 4, 3, 3, 1, 3), new(1, 1, 1, 7, 9, 3, 3, 1, 1),
        new(1, 2, 2, 4, 6, 3, 3, 2, 1), new(3, 1, 6, 5, 8, 3, 3, 1, 1),
        new(1, 6, 1, 9, 3, 3, 3, 3, 2),

        // 5x5, 7x7 and oblong kernels.
        new(1, 5, 5, 2, 3, 5, 5), new(1, 9, 6, 3, 8, 5, 5, 2, 2), new(1, 7, 7, 8, 5, 5, 5, 1, 2), new(1, 4, 4, 4, 4, 5, 5, 3, 3),
        new(1, 7, 7, 1, 2, 7, 7), new(1, 11, 12, 3, 16, 7, 7, 2, 3),
        new(1, 6, 5, 2, 5, 7, 7, 1, 3), new(1, 8, 5, 4, 9, 3, 1), new(2, 5, 8, 9, 4, 3, 1, 2, 1), new(1, 5, 8, 3, 6, 1, 3, 1),
        new(1, 4, 9, 2, 8, 2, 5, 3, 1),

        // Many pixels: more than a block of rows, several blocks, a rest.
        new(1, 13, 13, 3, 17, 3, 3, 1, 1), new(5, 13, 13, 16, 8, 3, 3, 1, 1), new(3, 12, 7, 9, 65, 3, 3, 1, 1),
        new(2, 13, 11, 33, 4, 3, 3, 2, 1), new(4, 12, 12, 65, 16, 1, 1),

        // More lines than a GPU's tile of each width, and weight gradients in several shares.
        new(5, 12, 11, 4, 8, 3, 3, 1, 1), new(5, 12, 11, 3, 9, 3, 3, 1, 1), new(3, 10, 10, 1, 40, 3, 3, 1, 1), new(2, 9, 9, 2, 72, 3, 3, 1, 1), new(2, 17, 17, 12, 8, 3, 3, 2, 1),

        // All tiles of tensor cores in all passes: 8 to 128 columns and more lines than a tile has.
        new(1, 6, 5, 8, 72, 3, 3, 1, 1), new(1, 5, 4, 72, 40, 3, 3, 1, 1), new(1, 4, 5, 40, 8, 3, 3, 1, 1), new(3, 10, 10, 8, 40, 1, 1), new(2, 9, 9, 8, 136, 1, 1),
        new(3, 11, 11, 16, 8, 2, 2, 2, 1),

        // Sums longer than a slice.
        new(1, 2, 3, 700, 20, 1, 1), new(1, 2, 3, 20, 700, 1, 1), new(1, 3, 2, 200, 24, 3, 3, 1, 1),
        new(1, 3, 2, 24, 200, 3, 3, 1, 1), new(1, 2, 2, 600, 5, 2, 2, 1, 1), new(1, 4, 4, 5, 520, 3, 3, 2, 1),

        // No images.
        new(0, 5, 5, 3, 8, 3, 3, 1, 1),

        // The convolutions whose input gradients are transposed convolutions.
        Conv2dShape.Transposed(2, 4, 4, 8, 16, 4, 4, 2, 1), Conv2dShape.Transposed(1, 2, 3, 33, 9, 4, 4, 2, 1),
        Conv2dShape.Transposed(1, 5, 5, 4, 3, 3, 3, 1, 1),
        Conv2dShape.Transposed(1, 3, 4, 5, 8, 2, 2, 2, 0), Conv2dShape.Transposed(1, 1, 1, 16, 4, 3, 3, 3, 0),
    ];

    private static readonly Conv2dShape[] RealShapes =
    [
        new(1, 3, 4, 3, 5, 3, 3, 1, 1), new(2, 8, 8, 32, 48, 3, 3, 1, 1), new(1, 8, 8, 33, 65, 3, 3, 2, 1),
        new(1, 4, 4, 256, 64, 3, 3, 1, 1), new(2, 3, 3, 700, 9, 1, 1),
    ];

    public static readonly KernelCase[] All =
    [
        .. Shapes.Select(shape => Passes("conv", shape, TestData.Integers, Tolerance.Exact)),
        .. RealShapes.Select(shape => Passes("conv real", shape, TestData.Reals, Tolerance.LongSum)),
    ];

    public static string Describe(in Conv2dShape s) =>
        $"{s.KernelHeight}x{s.KernelWidth} {s.InChannels}->{s.OutChannels} on {s.Images}x{s.InHeight}x{s.InWidth} stride {s.Stride} padding {s.Padding}";

    private static KernelCase Passes(string name, Conv2dShape shape, Func<Random, int, float[]> numbers, Tolerance tolerance) => new(
        $"{name} {Describe(shape)}",
        run =>
        {
            float[] x = numbers(run.Random, shape.InputLength), w = numbers(run.Random, shape.WeightLength), dy = numbers(run.Random, shape.OutputLength);
            Storage<float> input = run.Input(x), outputGradient = run.Input(dy);
            ConvWeights weights = ConvWeights.OfFloats(run.Input(w));

            Storage<float> output = run.Output<float>(shape.OutputLength);
            run.Launch<Conv2dForward, Conv2dForwardArgs>(new(shape, input, weights, output));
            run.Expect(output, tolerance, () => ConvolutionReference.Forward(shape, x, _ => w));

            Storage<float> inputGradient = run.Output<float>(shape.InputLength);
            run.Launch<Conv2dInputGradient, Conv2dInputGradientArgs>(new(shape, outputGradient, weights, inputGradient));
            run.Expect(inputGradient, tolerance, () => ConvolutionReference.InputGradient(shape, dy, _ => w));

            Storage<float> weightGradient = run.Output<float>(shape.WeightLength);
            run.Launch<Conv2dWeightGradient, Conv2dWeightGradientArgs>(new(shape, input, outputGradient, weightGradient));
            run.Expect(weightGradient, tolerance, () => ConvolutionReference.WeightGradient(shape, x, dy));
        },
        Emulate: shape.Macs <= EmulatorMacs,
        ForTensorCores: OnTensorCores(shape, tolerance),
        EmulateTensorCores: OnTensorCores(shape, tolerance) && shape.Macs <= EmulatorMacs && shape.Taps * Math.Max(shape.InChannels, shape.OutChannels) <= TensorTerms);

    private static bool OnTensorCores(Conv2dShape shape, Tolerance tolerance) => shape.InChannels % 8 == 0 && shape.OutChannels % 8 == 0 && tolerance == Tolerance.Exact;
}
