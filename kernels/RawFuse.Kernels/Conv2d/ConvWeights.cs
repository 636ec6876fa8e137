namespace RawFuse.Kernels;

/// <summary>
/// A convolution's weights as they lie in memory, HWIO: either float32, or packed int8 bytes that every consumer
/// dequantizes as it loads them. Packed weights may carry several <em>sets</em>: the clean bytes once, and per set a mask
/// of the bits that differ. With S sets, image n uses set n / (images / S).
/// </summary>
public readonly record struct ConvWeights
{
    private ConvWeights(Storage<float>? values, Storage<sbyte>? packed, float scale, Storage<byte>? faults, int sets)
    {
        Values = values;
        Packed = packed;
        Scale = scale;
        Faults = faults;
        Sets = sets;
    }

    /// <summary>Float weights, or null when they are packed.</summary>
    public Storage<float>? Values { get; }

    /// <summary>Packed weights: a two's complement byte each, or null when they are floats.</summary>
    public Storage<sbyte>? Packed { get; }

    /// <summary>What a packed byte is multiplied by (delta).</summary>
    public float Scale { get; }

    /// <summary>[sets, weights] bytes whose 1 bits are flipped in the packed byte before use; null when nothing is.</summary>
    public Storage<byte>? Faults { get; }

    /// <summary>Number of sets, 1 or more.</summary>
    public int Sets { get; }

    /// <summary>Float weights.</summary>
    public static ConvWeights OfFloats(Storage<float> values) => new(values, null, 1, null, 1);

    /// <summary>Packed weights.</summary>
    /// <param name="packed">One byte per weight.</param>
    /// <param name="scale">What a byte is multiplied by.</param>
    /// <param name="faults">[sets, weights] bits to flip, or null.</param>
    /// <param name="sets">Number of sets, 1 or more.</param>
    public static ConvWeights OfPacked(Storage<sbyte> packed, float scale, Storage<byte>? faults = null, int sets = 1) => new(null, packed, scale, faults, sets);

    internal void Check(in Conv2dShape shape)
    {
        int length = Packed?.Length ?? Values!.Length;
        if (length < shape.WeightLength) throw new ArgumentException($"Conv2d: {length} weights, but the shape has {shape.WeightLength}.");
        if (Sets < 1 || shape.Images % Sets != 0) throw new ArgumentException($"Conv2d: {shape.Images} images cannot be shared equally by {Sets} sets of weights.");
        if (Faults is not null && Faults.Length < (long)Sets * shape.WeightLength)
            throw new ArgumentException($"Conv2d: a fault mask of {Faults.Length} bytes for {Sets} sets of {shape.WeightLength} weights.");
    }
}
