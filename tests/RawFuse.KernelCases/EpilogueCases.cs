using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>
/// Every combination of the parts of a convolution's epilogue, after the forward and after the input-gradient pass. Sums, factors and
/// summands are such that nothing rounds: outputs and mask bits must be right exactly, those of outputs that are exactly 0 included.
/// </summary>
internal static class EpilogueCases
{
    public static readonly KernelCase[] All =
    [
        .. from channels in (int[])[1, 3, 8, 13, 16, 37, 69, 136]
           from part in (bool[])[false, true]
           select Combinations(channels, part),
    ];

    private static KernelCase Combinations(int channels, bool inputGradient) => new(
        $"epilogue of {channels} channels, {(inputGradient ? "input gradient" : "forward")}", run =>
    {
        // The epilogue's channels are the output's: the convolution's output channels, or for its input gradient the input channels.
        // Tensor cores want 4 on the other side.
        int other = channels % 8 == 0 ? 4 : 2;
        Conv2dShape shape = inputGradient ? new(2, 3, 5, channels, other, 3, 3, 2, 1) : new(2, 3, 5, other, channels, 3, 3, 1, 1);
        int length = inputGradient ? shape.InputLength : shape.OutputLength, pixels = length / channels;
        for (int parts = 0; parts < 64; parts++)
        {
            if (run.Toy && parts % 3 != 0) continue;
            bool relu = (parts & 8) != 0, mask = (parts & 16) != 0, gated = (parts & 32) != 0;
            if (relu && gated) continue;
            float[] source = run.Random.Integers(inputGradient ? shape.OutputLength : shape.InputLength), w = run.Random.Integers(shape.WeightLength);
            float[]? scale = (parts & 1) != 0 ? run.Random.PowersOfTwo(channels) : null;
            float[]? shift = (parts & 2) != 0 ? run.Random.Integers(channels) : null;
            float[]? residual = (parts & 4) != 0 ? run.Random.Integers(length) : null;
            Storage<byte>? bits = mask ? run.Output<byte>(ConvEpilogue.MaskLength(pixels, channels)) : null;
            byte[] gate = run.Random.Bytes(ConvEpilogue.MaskLength(pixels, channels));

            // A residual may be the output itself.
            bool inPlace = residual is not null && gated;
            Storage<float> output = inPlace ? run.InOut(residual!) : run.Output<float>(length);
            var epilogue = new ConvEpilogue(
                Optional(run, scale), Optional(run, shift), inPlace ? output : Optional(run, residual), relu, bits, gated ? run.Input(gate) : null);
            ConvWeights weights = ConvWeights.OfFloats(run.Input(w));
            if (inputGradient) run.Launch<Conv2dInputGradient, Conv2dInputGradientArgs>(new(shape, run.Input(source), weights, output, Epilogue: epilogue));
            else run.Launch<Conv2dForward, Conv2dForwardArgs>(new(shape, run.Input(source), weights, output, epilogue));

            double[] Values()
            {
                double[] sums = inputGradient ? ConvolutionReference.InputGradient(shape, source, _ => w) : ConvolutionReference.Forward(shape, source, _ => w);
                return Each(length, i => IsOpen(i) ? (sums[i] * (scale?[i % channels] ?? 1)) + (shift?[i % channels] ?? 0) + (residual?[i] ?? 0) : 0);
            }

            bool IsOpen(int i) => !gated || (gate[(i / channels * ((channels + 7) / 8)) + (i % channels / 8)] >> (i % channels % 8) & 1) != 0;

            run.Expect(output, Tolerance.Exact, () => Array.ConvertAll(Values(), value => relu ? Math.Max(value, 0) : value));
            if (bits is not null) run.Expect(bits, Tolerance.Exact, () => Mask(Values(), channels, relu));
        }
    }, Emulate: channels <= 13, ForTensorCores: channels % 8 == 0, EmulateTensorCores: channels == 8);

    /// <summary>One bit per value, rows of channels padded to whole bytes. Without ReLU the mask stays as it was, full of ones.</summary>
    private static double[] Mask(double[] values, int channels, bool relu)
    {
        int rowBytes = (channels + 7) / 8;
        var mask = new byte[values.Length / channels * rowBytes];
        if (!relu) return Array.ConvertAll(mask, _ => 255.0);
        for (int i = 0; i < values.Length; i++)
            if (values[i] > 0)
                mask[(i / channels * rowBytes) + (i % channels / 8)] |= (byte)(1 << (i % channels % 8));
        return Array.ConvertAll(mask, value => (double)value);
    }

    private static Storage<float>? Optional(KernelRun run, float[]? values) => values is null ? null : run.Input(values);
}
