using RawFuse.Kernels;

namespace RawFuse;

/// <summary>A weight tensor as the accelerator's memory holds it: one two's complement byte per weight and one scale.</summary>
public sealed class QuantizedWeights : IDisposable
{
    /// <summary>Takes ownership of packed bytes.</summary>
    /// <param name="shape">[kernel height, kernel width, in, out].</param>
    /// <param name="packed">One byte per weight, in the shape's order.</param>
    /// <param name="scale">What a byte is multiplied by.</param>
    /// <param name="bits">2 to 8; fewer than 8 leave the byte sign-extended.</param>
    public QuantizedWeights(Shape shape, Storage<sbyte> packed, float scale, int bits)
    {
        LevelsOf(bits);
        if (shape.Rank != 4 || packed.Length != shape.Length) throw new ShapeException($"QuantizedWeights: {packed.Length} bytes for shape {shape}.");
        Shape = shape;
        Packed = packed;
        Scale = scale;
        Bits = bits;
    }

    /// <summary>[kernel height, kernel width, in, out].</summary>
    public Shape Shape { get; }

    /// <summary>The bytes, in the shape's order.</summary>
    public Storage<sbyte> Packed { get; }

    /// <summary>What a byte is multiplied by (delta).</summary>
    public float Scale { get; }

    /// <summary>Bits of a quantized weight.</summary>
    public int Bits { get; }

    /// <summary>2^(bits-1) - 1, the largest quantized value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of bits is not 2 to 8.</exception>
    public static int LevelsOf(int bits)
    {
        if (bits is < 2 or > 8) throw new ArgumentOutOfRangeException(nameof(bits), bits, "Weights have 2 to 8 bits.");
        return (1 << (bits - 1)) - 1;
    }

    /// <summary>Quantizes float weights symmetrically, per tensor: delta = max|w| / (2^(bits-1) - 1), q = round(w / delta), halves to even; all 0 for a tensor of zeros.</summary>
    /// <param name="weights">[kernel height, kernel width, in, out], finite.</param>
    /// <param name="bits">2 to 8.</param>
    /// <exception cref="ArgumentException">A weight is NaN or infinite.</exception>
    public static QuantizedWeights From(Tensor weights, int bits)
    {
        int levels = LevelsOf(bits);
        using Storage<float> maximum = weights.Device.Allocate<float>(1);
        weights.Device.Run<AbsoluteMaximum, AbsoluteMaximumArgs>(new(weights.Storage, weights.Length, maximum));
        Span<float> largest = stackalloc float[1];
        weights.Device.Download(maximum, largest);
        if (!float.IsFinite(largest[0])) throw new ArgumentException("Weights that are NaN or infinite cannot be quantized.", nameof(weights));
        Storage<sbyte> packed = weights.Device.Allocate<sbyte>(weights.Length);
        weights.Device.Run<Quantize, QuantizeArgs>(new(weights.Storage, maximum, weights.Length, levels, packed, null));
        return new QuantizedWeights(weights.Shape, packed, largest[0] / levels, bits);
    }

    /// <inheritdoc/>
    public void Dispose() => Packed.Dispose();
}
