using ILGPU;

namespace RawFuse.Kernels;

/// <summary>A single channel.</summary>
internal readonly struct Float1(float x) : IChannels<Float1>
{
    public readonly float X = x;

    public static int Count => 1;

    public static Float1 All(float value) => new(value);

    public static Float1 Larger(Float1 best, Float1 value, uint number, ref uint numbers)
    {
        if (!(value.X > best.X || float.IsNaN(value.X))) return best;
        numbers = number;
        return value;
    }

    public static Float1 WhereEqual(Float1 value, uint numbers, uint number) => new(numbers == number ? value.X : 0);

    public static uint LoadBytes(ArrayView<byte> bytes, int chunk) => bytes[chunk];

    public static void StoreBytes(ArrayView<byte> bytes, int chunk, uint numbers) => bytes[chunk] = (byte)numbers;

    public static Float1 operator +(Float1 a, Float1 b) => new(a.X + b.X);

    public static Float1 operator *(Float1 a, float b) => new(a.X * b);

    public static Float1 operator /(Float1 a, float b) => new(a.X / b);
}
