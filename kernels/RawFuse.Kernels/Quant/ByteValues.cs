namespace RawFuse.Kernels;

/// <summary>Quantized activations in memory: a byte each, either -127 to 127 in two's complement or 0 to 255. What a step of 1 stands for is not said here.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="IsSigned">Whether they are two's complement.</param>
public readonly record struct ByteValues(Storage<byte> Bytes, bool IsSigned)
{
    /// <summary>The smallest value that a kernel writes.</summary>
    public int Lowest => IsSigned ? -127 : 0;

    /// <summary>The largest value that a kernel writes.</summary>
    public int Highest => IsSigned ? 127 : 255;

    /// <summary>The largest magnitude that may be read: two's complement has -128.</summary>
    internal int LargestMagnitude => IsSigned ? 128 : 255;
}
