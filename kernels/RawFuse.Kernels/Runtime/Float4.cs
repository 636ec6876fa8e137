using System.Runtime.InteropServices;

namespace RawFuse.Kernels;

/// <summary>Four neighbouring floats: a view of them is read and written 16 bytes at a time.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct Float4(float x, float y, float z, float w)
{
    public float X = x;
    public float Y = y;
    public float Z = z;
    public float W = w;

    public static Float4 operator +(Float4 a, Float4 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    public static Float4 operator -(Float4 a, Float4 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z, a.W - b.W);

    public static Float4 operator *(Float4 a, Float4 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);

    public static Float4 operator *(Float4 a, float b) => new(a.X * b, a.Y * b, a.Z * b, a.W * b);

    /// <summary>These numbers where bits 0 to 3 are set, zeros elsewhere.</summary>
    public readonly Float4 Where(int bits) => new((bits & 1) != 0 ? X : 0, (bits & 2) != 0 ? Y : 0, (bits & 4) != 0 ? Z : 0, (bits & 8) != 0 ? W : 0);
}
