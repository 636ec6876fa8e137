namespace RawFuse.Kernels;

/// <summary>A single byte.</summary>
internal readonly struct Byte1(byte value) : IBytes<Byte1>
{
    public readonly byte Value = value;

    public static int Count => 1;

    public static Byte1 All(byte value) => new(value);

    public static Byte1 Larger(Byte1 a, Byte1 b) => a.Value > b.Value ? a : b;

    public static Byte1 operator ^(Byte1 a, Byte1 b) => new((byte)(a.Value ^ b.Value));
}
