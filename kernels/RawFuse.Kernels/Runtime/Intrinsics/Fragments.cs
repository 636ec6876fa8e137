using System.Runtime.InteropServices;

namespace RawFuse.Kernels;

/// <summary>
/// A lane's share of a left operand of a tensor-core product, four 32-bit registers; also 16 bytes as they lie in memory. A register holds one TF32 number, two BF16
/// numbers or four bytes, the first in the lowest bits.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct Fragment4(uint x, uint y, uint z, uint w)
{
    public uint X = x;
    public uint Y = y;
    public uint Z = z;
    public uint W = w;
}

/// <summary>A lane's share of a right operand of a tensor-core product; also 8 bytes as they lie in memory, which a view of them reads at once.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct Fragment2(uint x, uint y)
{
    public uint X = x;
    public uint Y = y;
}

/// <summary>
/// A lane's share of the sums of a tensor-core product, floats or integers: rows lane / 4 (X, Y) and lane / 4 + 8 (Z, W), columns 2 * (lane % 4) and the next.
/// </summary>
internal struct Sums4<T>(T x, T y, T z, T w)
    where T : unmanaged
{
    public T X = x;
    public T Y = y;
    public T Z = z;
    public T W = w;
}
