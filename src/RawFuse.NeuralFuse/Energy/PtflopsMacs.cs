using System.Globalization;

namespace RawFuse.NeuralFuse.Energy;

/// <summary>
/// MACs as ptflops (the flops-counter.pytorch tool) counts and prints them, for one image: the convention of the paper's Table 7. It is kept for
/// comparison and is generous in places: a transposed convolution is charged for its output pixels although its true MACs are
/// weights * input pixels, and operations that multiply nothing are charged per element.
/// </summary>
/// <remarks>Every function throws <see cref="ArgumentOutOfRangeException"/> for a negative count and <see cref="OverflowException"/> beyond 64 bits.</remarks>
public static class PtflopsMacs
{
    /// <summary>What ptflops charges for tanh, clamp, additions, concatenations and ReLUs or pools called as functions instead of modules: 0.</summary>
    public const long Uncounted = 0;

    /// <summary>A convolution: (weights + biases) * output pixels.</summary>
    /// <param name="weights">Elements of the weight tensor, kh * kw * cin * cout.</param>
    /// <param name="biases">Elements of the bias: cout, or 0 where there is none.</param>
    /// <param name="outputPixels">Output height * width.</param>
    public static long Conv2d(long weights, long biases, long outputPixels) =>
        checked((Count(weights) + Count(biases)) * Count(outputPixels));

    /// <summary>A transposed convolution: charged as a convolution for its OUTPUT pixels.</summary>
    /// <inheritdoc cref="Conv2d"/>
    public static long ConvTranspose2d(long weights, long biases, long outputPixels) => Conv2d(weights, biases, outputPixels);

    /// <summary>A linear layer: weights + biases.</summary>
    /// <param name="weights">Inputs * outputs.</param>
    /// <param name="biases">Outputs, or 0 where there is no bias.</param>
    public static long Linear(long weights, long biases) => Conv2d(weights, biases, outputPixels: 1);

    /// <summary>A batch norm with scale and shift: two per element (channels * height * width).</summary>
    public static long BatchNorm2d(long elements) => checked(2 * Count(elements));

    /// <summary>A ReLU module: one per output element.</summary>
    public static long Relu(long outputElements) => Count(outputElements);

    /// <summary>A max pool module: one per INPUT element.</summary>
    public static long MaxPool2d(long inputElements) => Count(inputElements);

    /// <summary>An adaptive average pool module (the 224-pixel VGGs have one): one per INPUT element.</summary>
    public static long AdaptiveAvgPool2d(long inputElements) => Count(inputElements);

    /// <summary>An upsampling module: one per output element.</summary>
    public static long Upsample(long outputElements) => Count(outputElements);

    /// <summary>Prints a number of MACs as the paper does: two decimals at most, one at least, in K, M or G; below 1000 the plain number.</summary>
    public static string Print(long macs)
    {
        (decimal value, long unit) = Round(macs);
        string suffix = unit switch { 1_000_000_000 => "G", 1_000_000 => "M", 1000 => "K", _ => "" };
        return value.ToString(unit == 1 ? "0" : "0.0#", CultureInfo.InvariantCulture) + suffix;
    }

    /// <summary>The number of MACs a reader of <see cref="Print"/> sees: 557,143,050 becomes 557,140,000.</summary>
    public static long Rounded(long macs)
    {
        (decimal value, long unit) = Round(macs);
        return (long)(value * unit);
    }

    private static (decimal Value, long Unit) Round(long macs)
    {
        long unit = Count(macs) switch { >= 1_000_000_000 => 1_000_000_000, >= 1_000_000 => 1_000_000, >= 1000 => 1000, _ => 1 };

        // ptflops divides in double and Python rounds that double by its exact value, so most decimal ties are none: 1.005 is printed as 1.0.
        // "F20" writes out enough of the double's exact digits to decide, and decimal rounds true ties to even as Python does.
        string digits = ((double)macs / unit).ToString("F20", CultureInfo.InvariantCulture);
        return (unit == 1 ? macs : Math.Round(decimal.Parse(digits, CultureInfo.InvariantCulture), 2, MidpointRounding.ToEven), unit);
    }

    private static long Count(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value;
    }
}
