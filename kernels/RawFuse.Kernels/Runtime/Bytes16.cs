using System.Runtime.InteropServices;

namespace RawFuse.Kernels;

/// <summary>Sixteen neighbouring bytes, as four words whose first byte is the lowest: a view of them is read and written whole.</summary>
[StructLayout(LayoutKind.Sequential, Size = Length)]
internal struct Bytes16(uint x, uint y, uint z, uint w)
{
    /// <summary>How many bytes.</summary>
    public const int Length = 16;

    public uint X = x;
    public uint Y = y;
    public uint Z = z;
    public uint W = w;

    public static Bytes16 operator ^(Bytes16 a, Bytes16 b) => new(a.X ^ b.X, a.Y ^ b.Y, a.Z ^ b.Z, a.W ^ b.W);

    /// <summary>The four words as rows of a matrix of 4 x 4 bytes: its columns.</summary>
    public readonly Bytes16 Transposed()
    {
        uint evenUpper = Even(X, Y), oddUpper = Even(X >> 8, Y >> 8), evenLower = Even(Z, W), oddLower = Even(Z >> 8, W >> 8);
        return new Bytes16(LowHalves(evenUpper, evenLower), LowHalves(oddUpper, oddLower), HighHalves(evenUpper, evenLower), HighHalves(oddUpper, oddLower));
    }

    /// <summary>Bytes 0 and 2 of both words, those of the second above those of the first.</summary>
    private static uint Even(uint a, uint b) => (a & 0x00FF00FF) | ((b & 0x00FF00FF) << 8);

    private static uint LowHalves(uint a, uint b) => (a & 0xFFFF) | (b << 16);

    private static uint HighHalves(uint a, uint b) => (a >> 16) | (b & 0xFFFF0000);
}
