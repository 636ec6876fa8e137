using System.Runtime.InteropServices;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Four neighbouring floats: a view of them is read and written 16 bytes at a time.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct Float4(float x, float y, float z, float w) : IChannels<Float4>
{
    public float X = x;
    public float Y = y;
    public float Z = z;
    public float W = w;

    public static int Count => 4;

    public static Float4 All(float value) => new(value, value, value, value);

    public static Float4 Larger(Float4 best, Float4 value, uint number, ref uint numbers)
    {
        float x = best.X, y = best.Y, z = best.Z, w = best.W;
        if (value.X > x || float.IsNaN(value.X))
        {
            x = value.X;
            numbers = (numbers & 0xFFFFFF00) | number;
        }

        if (value.Y > y || float.IsNaN(value.Y))
        {
            y = value.Y;
            numbers = (numbers & 0xFFFF00FF) | (number << 8);
        }

        if (value.Z > z || float.IsNaN(value.Z))
        {
            z = value.Z;
            numbers = (numbers & 0xFF00FFFF) | (number << 16);
        }

        if (value.W > w || float.IsNaN(value.W))
        {
            w = value.W;
            numbers = (numbers & 0x00FFFFFF) | (number << 24);
        }

        return new Float4(x, y, z, w);
    }

    public static Float4 WhereEqual(Float4 value, uint numbers, uint number)
    {
        uint different = numbers ^ (number * 0x01010101);
        return new Float4(
            (different & 0xFF) == 0 ? value.X : 0, (different & 0xFF00) == 0 ? value.Y : 0,
            (different & 0xFF0000) == 0 ? value.Z : 0, (different & 0xFF000000) == 0 ? value.W : 0);
    }

    public static uint LoadBytes(ArrayView<byte> bytes, int chunk) => bytes.Cast<uint>()[chunk];

    public static void StoreBytes(ArrayView<byte> bytes, int chunk, uint numbers) => bytes.Cast<uint>()[chunk] = numbers;

    public static Float4 operator +(Float4 a, Float4 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    public static Float4 operator -(Float4 a, Float4 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z, a.W - b.W);

    public static Float4 operator *(Float4 a, Float4 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);

    public static Float4 operator *(Float4 a, float b) => new(a.X * b, a.Y * b, a.Z * b, a.W * b);

    public static Float4 operator /(Float4 a, float b) => new(a.X / b, a.Y / b, a.Z / b, a.W / b);

    /// <summary>These numbers where bits 0 to 3 are set, zeros elsewhere.</summary>
    public readonly Float4 Where(int bits) => new((bits & 1) != 0 ? X : 0, (bits & 2) != 0 ? Y : 0, (bits & 4) != 0 ? Z : 0, (bits & 8) != 0 ? W : 0);
}
