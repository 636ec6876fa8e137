using System.Runtime.InteropServices;

namespace RawFuse.Kernels;

/// <summary>Sixteen neighbouring bytes, as four words whose first byte is the lowest: a view of them is read and written whole.</summary>
[StructLayout(LayoutKind.Sequential, Size = Length)]
internal struct Bytes16(uint x, uint y, uint z, uint w) : IBytes<Bytes16>
{
    /// <summary>How many bytes.</summary>
    public const int Length = 16;

    public uint X = x;
    public uint Y = y;
    public uint Z = z;
    public uint W = w;

    public static int Count => Length;

    public static Bytes16 All(byte value)
    {
        uint word = value * 0x01010101U;
        return new Bytes16(word, word, word, word);
    }

    public static Bytes16 Larger(Bytes16 a, Bytes16 b) => new(Larger(a.X, b.X), Larger(a.Y, b.Y), Larger(a.Z, b.Z), Larger(a.W, b.W));

    public static Bytes16 operator ^(Bytes16 a, Bytes16 b) => new(a.X ^ b.X, a.Y ^ b.Y, a.Z ^ b.Z, a.W ^ b.W);

    /// <summary>The four words as rows of a matrix of 4 x 4 bytes: its columns.</summary>
    public readonly Bytes16 Transposed()
    {
        uint evenUpper = Even(X, Y), oddUpper = Even(X >> 8, Y >> 8), evenLower = Even(Z, W), oddLower = Even(Z >> 8, W >> 8);
        return new Bytes16(LowHalves(evenUpper, evenLower), LowHalves(oddUpper, oddLower), HighHalves(evenUpper, evenLower), HighHalves(oddUpper, oddLower));
    }

    /// <summary>The larger byte of each of the words' four pairs.</summary>
    private static uint Larger(uint a, uint b)
    {
        // In the highest bit of each byte: whether a's low 7 bits are at least b's, and from that and the highest bits whether a is.
        const uint Highest = 0x80808080;
        uint low = (a | Highest) - (b & ~Highest), isAtLeast = ((a & ~b) | (~(a ^ b) & low)) & Highest, mask = (isAtLeast >> 7) * 0xFF;
        return (a & mask) | (b & ~mask);
    }

    /// <summary>Bytes 0 and 2 of both words, those of the second above those of the first.</summary>
    private static uint Even(uint a, uint b) => (a & 0x00FF00FF) | ((b & 0x00FF00FF) << 8);

    private static uint LowHalves(uint a, uint b) => (a & 0xFFFF) | (b << 16);

    private static uint HighHalves(uint a, uint b) => (a >> 16) | (b & 0xFFFF0000);
}
