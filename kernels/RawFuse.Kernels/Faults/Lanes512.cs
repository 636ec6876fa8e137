using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RawFuse.Kernels;

/// <summary>Eight lanes in an AVX-512 register.</summary>
internal readonly unsafe struct Lanes512(Vector512<ulong> value) : ILanes<Lanes512>
{
    private readonly Vector512<ulong> value = value;

    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    public static int Count => Vector512<ulong>.Count;

    public static Lanes512 All(ulong value) => new(Vector512.Create(value));

    public static Lanes512 Load(ulong* source) => new(Vector512.Load(source));

    public static Lanes512 LoadBytes(byte* source) => new(Avx512F.ConvertToVector512UInt64(Vector128.CreateScalarUnsafe(*(ulong*)source).AsByte()));

    public static Lanes512 LoadShorts(ushort* source) => new(Avx512F.ConvertToVector512UInt64(Vector128.Load(source)));

    public static Lanes512 LoadHalves(uint* source) => new(Avx512F.ConvertToVector512UInt64(Vector256.Load(source)));

    public static void Store(Lanes512 value, ulong* destination) => value.value.Store(destination);

    public static void StorePairs(Lanes512 low, Lanes512 high, ulong* destination)
    {
        // Numbers 8 and up name lanes of the second operand.
        Avx512F.PermuteVar8x64x2(low.value, Vector512.Create(0UL, 8, 1, 9, 2, 10, 3, 11), high.value).Store(destination);
        Avx512F.PermuteVar8x64x2(low.value, Vector512.Create(4UL, 12, 5, 13, 6, 14, 7, 15), high.value).Store(destination + 8);
    }

    public static void StoreHalves(Lanes512 value, uint* destination) => Avx512F.ConvertToVector256UInt32(value.value).Store(destination);

    public static Lanes512 LowHalfProduct(Lanes512 a, Lanes512 b) => new(Avx512F.Multiply(a.value.AsUInt32(), b.value.AsUInt32()));

    public static Lanes512 HighHalf(Lanes512 value) => new(value.value >>> 32);

    public static Lanes512 ShiftDown(Lanes512 value, int bits) => new(value.value >>> bits);

    public static Lanes512 PowerOfTwo(Lanes512 exponent) => new(Avx512F.ShiftLeftLogicalVariable(Vector512<ulong>.One, exponent.value));

    public static Lanes512 WhereBelow(Lanes512 a, Lanes512 b, Lanes512 value) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(a.value, b.value), value.value, Vector512<ulong>.Zero));

    public static uint Below(Lanes512 a, Lanes512 b) => (uint)Vector512.LessThan(a.value, b.value).ExtractMostSignificantBits();

    public static Lanes512 JoinLowHalves(Lanes512 low, Lanes512 high) => new((low.value & Vector512.Create((ulong)uint.MaxValue)) | (high.value << 32));

    public static Lanes512 Xor(Lanes512 a, Lanes512 b, Lanes512 c) => new(Avx512F.TernaryLogic(a.value, b.value, c.value, 0x96));

    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a.value + b.value);

    public static Lanes512 operator &(Lanes512 a, Lanes512 b) => new(a.value & b.value);

    public static Lanes512 operator |(Lanes512 a, Lanes512 b) => new(a.value | b.value);

    public static Lanes512 operator ~(Lanes512 a) => new(~a.value);
}
