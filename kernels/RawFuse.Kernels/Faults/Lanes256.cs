using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RawFuse.Kernels;

/// <summary>Four lanes in an AVX2 register.</summary>
internal readonly unsafe struct Lanes256(Vector256<ulong> value) : ILanes<Lanes256>
{
    private readonly Vector256<ulong> value = value;

    public static bool IsSupported => Avx2.IsSupported;

    public static int Count => Vector256<ulong>.Count;

    public static Lanes256 All(ulong value) => new(Vector256.Create(value));

    public static Lanes256 Load(ulong* source) => new(Vector256.Load(source));

    public static Lanes256 LoadBytes(byte* source) => new(Avx2.ConvertToVector256Int64(source).AsUInt64());

    public static Lanes256 LoadShorts(ushort* source) => new(Avx2.ConvertToVector256Int64(source).AsUInt64());

    public static Lanes256 LoadHalves(uint* source) => new(Avx2.ConvertToVector256Int64(source).AsUInt64());

    public static void Store(Lanes256 value, ulong* destination) => value.value.Store(destination);

    public static void StorePairs(Lanes256 low, Lanes256 high, ulong* destination)
    {
        // Unpacking works within 128-bit halves: lanes 0 and 2, and lanes 1 and 3.
        Vector256<ulong> even = Avx2.UnpackLow(low.value, high.value), odd = Avx2.UnpackHigh(low.value, high.value);
        Avx2.Permute2x128(even, odd, 0x20).Store(destination);
        Avx2.Permute2x128(even, odd, 0x31).Store(destination + 4);
    }

    public static void StoreHalves(Lanes256 value, uint* destination) =>
        Avx2.PermuteVar8x32(value.value.AsUInt32(), Vector256.Create(0U, 2, 4, 6, 0, 2, 4, 6)).GetLower().Store(destination);

    public static Lanes256 LowHalfProduct(Lanes256 a, Lanes256 b) => new(Avx2.Multiply(a.value.AsUInt32(), b.value.AsUInt32()));

    public static Lanes256 HighHalf(Lanes256 value) => new(value.value >>> 32);

    public static Lanes256 ShiftDown(Lanes256 value, int bits) => new(value.value >>> bits);

    public static Lanes256 PowerOfTwo(Lanes256 exponent) => new(Avx2.ShiftLeftLogicalVariable(Vector256<ulong>.One, exponent.value));

    public static Lanes256 WhereBelow(Lanes256 a, Lanes256 b, Lanes256 value) =>
        new(Vector256.LessThan(a.value.AsInt64(), b.value.AsInt64()).AsUInt64() & value.value);

    public static uint Below(Lanes256 a, Lanes256 b) => Vector256.LessThan(a.value.AsInt64(), b.value.AsInt64()).ExtractMostSignificantBits();

    public static Lanes256 JoinLowHalves(Lanes256 low, Lanes256 high) => new((low.value & Vector256.Create((ulong)uint.MaxValue)) | (high.value << 32));

    public static Lanes256 Xor(Lanes256 a, Lanes256 b, Lanes256 c) => new(a.value ^ b.value ^ c.value);

    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a.value + b.value);

    public static Lanes256 operator &(Lanes256 a, Lanes256 b) => new(a.value & b.value);

    public static Lanes256 operator |(Lanes256 a, Lanes256 b) => new(a.value | b.value);

    public static Lanes256 operator ~(Lanes256 a) => new(~a.value);
}
