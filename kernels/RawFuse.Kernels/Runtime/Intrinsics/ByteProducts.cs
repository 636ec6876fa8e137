using ILGPU.IR.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>Sums of four products of bytes that lie in a 32-bit word, the first in the lowest bits. Sums of 32 bits wrap around.</summary>
internal static class ByteProducts
{
    /// <summary>c + the products of four signed bytes with four signed ones.</summary>
    [IntrinsicImplementation]
    public static int Signed(int a, int b, int c)
    {
        for (int i = 0; i < 32; i += 8) c = unchecked(c + ((sbyte)(a >> i) * (sbyte)(b >> i)));
        return c;
    }

    /// <summary>c + the products of four unsigned bytes with four signed ones.</summary>
    [IntrinsicImplementation]
    public static int Mixed(uint unsigned, int signed, int c)
    {
        for (int i = 0; i < 32; i += 8) c = unchecked(c + ((byte)(unsigned >> i) * (sbyte)(signed >> i)));
        return c;
    }
}
