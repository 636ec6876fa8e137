namespace RawFuse;

/// <summary>
/// How often each magnitude occurs, in bins of equal relative width: a float's exponent and its first 7 fraction bits number them. Numbers can be added in any order, and any
/// share of them
/// is found to 0.8%.
/// </summary>
internal sealed class ActivationHistogram
{
    private const int DroppedBits = 16;
    private const uint Magnitude = 0x7FFFFFFF;

    private readonly long[] counts = new long[0x7F800000 >> DroppedBits];
    private long total;
    private float largest;
    private bool isSigned;

    /// <summary>Counts numbers.</summary>
    /// <exception cref="ArgumentException">One is NaN or infinite.</exception>
    public void Add(ReadOnlySpan<float> numbers)
    {
        uint top = 0, negative = 0;
        foreach (float number in numbers)
        {
            uint bits = BitConverter.SingleToUInt32Bits(number), magnitude = bits & Magnitude;
            uint bin = magnitude >> DroppedBits;
            if (bin >= (uint)counts.Length) throw new ArgumentException("Activations that are NaN or infinite have no range.", nameof(numbers));
            counts[bin]++;
            top = Math.Max(top, magnitude);
            if (bits > Magnitude + 1) negative = 1;
        }

        total += numbers.Length;
        largest = Math.Max(largest, BitConverter.UInt32BitsToSingle(top));
        isSigned |= negative != 0;
    }

    /// <summary>The range that holds a share of the numbers, 0 to 1.</summary>
    public ActivationRange Range(double share)
    {
        long beyond = (long)((1 - share) * total);
        int bin = counts.Length - 1;
        for (; bin > 0 && beyond >= counts[bin]; bin--) beyond -= counts[bin];
        float end = BitConverter.UInt32BitsToSingle(((uint)bin + 1) << DroppedBits);
        return new ActivationRange(Math.Min(end, largest), isSigned);
    }
}
