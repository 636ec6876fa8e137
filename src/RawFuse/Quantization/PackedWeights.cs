namespace RawFuse;

/// <summary>Weights as a file holds them packed: bytes [kernel height, kernel width, in, out] and what a byte is multiplied by.</summary>
internal sealed record PackedWeights(sbyte[] Bytes, float Scale)
{
    /// <summary>The floats that the bytes stand for.</summary>
    public float[] ToFloats() => Array.ConvertAll(Bytes, value => value * Scale);

    /// <summary>Whether so many bits hold every byte.</summary>
    public bool Fit(int bits)
    {
        int levels = QuantizedWeights.LevelsOf(bits);
        return !Bytes.AsSpan().ContainsAnyExceptInRange((sbyte)(-levels - 1), (sbyte)levels);
    }
}
