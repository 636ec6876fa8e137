namespace RawFuse.Kernels;

/// <summary>Products of four bytes at once, both sides signed, summed in 32 bits: one instruction where there is one (<see cref="GpuDevice.HasByteProducts"/>).</summary>
internal readonly struct SignedByteMath : IGemmMath<int>
{
    public static int MultiplyAdd(int a, int b, int sum) => ByteProducts.Signed(a, b, sum);
}

/// <summary>The same with an unsigned left side.</summary>
internal readonly struct UnsignedByteMath : IGemmMath<int>
{
    public static int MultiplyAdd(int a, int b, int sum) => ByteProducts.Mixed((uint)a, b, sum);
}

/// <summary>The same, both sides signed, for any device.</summary>
internal readonly struct PlainSignedByteMath : IGemmMath<int>
{
    public static int MultiplyAdd(int a, int b, int sum) =>
        sum + ((sbyte)a * (sbyte)b) + ((sbyte)(a >> 8) * (sbyte)(b >> 8)) + ((sbyte)(a >> 16) * (sbyte)(b >> 16)) + ((a >> 24) * (b >> 24));
}

/// <summary>The same with an unsigned left side, for any device.</summary>
internal readonly struct PlainUnsignedByteMath : IGemmMath<int>
{
    public static int MultiplyAdd(int a, int b, int sum) =>
        sum + ((byte)a * (sbyte)b) + ((byte)(a >> 8) * (sbyte)(b >> 8)) + ((byte)(a >> 16) * (sbyte)(b >> 16)) + ((byte)(a >> 24) * (b >> 24));
}
