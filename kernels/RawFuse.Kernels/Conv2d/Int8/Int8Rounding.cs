using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RawFuse.Kernels;

/// <summary>Floats to bytes, the same on every device: limited to a range of whole numbers, then rounded to the nearest, halves to even.</summary>
internal static unsafe class Int8Rounding
{
    /// <summary>Added to a number of magnitude below 2^22, 1.5 * 2^23 leaves the nearest integer in the lowest bits.</summary>
    private const float Magic = 12582912f;

    /// <summary>The byte of one number.</summary>
    public static byte ToByte(float value, float lowest, float highest)
    {
        float low = value < highest ? value : highest, limited = low > lowest ? low : lowest;
        return (byte)(int)(limited + Magic - Magic);
    }

    /// <summary>Stores the bytes of 8 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, Vector256<float> lowest, Vector256<float> highest, byte* target)
    {
        Vector256<int> bits = (Vector256.MaxNative(Vector256.MinNative(value, highest), lowest) + Vector256.Create(Magic)).AsInt32();
        Vector128<short> words = Vector128.Narrow(bits.GetLower(), bits.GetUpper());
        Unsafe.WriteUnaligned(target, Vector128.Narrow(words, words).AsUInt64().ToScalar());
    }

    /// <summary>The numbers that 8 bytes stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* source, bool isSigned)
    {
        Vector128<byte> bytes = Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(source)).AsByte();
        Vector128<short> words = isSigned ? Vector128.WidenLower(bytes.AsSByte()) : Vector128.WidenLower(bytes).AsInt16();
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)));
    }

    /// <summary>Stores the bytes of 16 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store16(Vector512<float> value, Vector512<float> lowest, Vector512<float> highest, byte* target) =>
        Avx512F.ConvertToVector128Byte((Vector512.MaxNative(Vector512.MinNative(value, highest), lowest) + Vector512.Create(Magic)).AsInt32()).Store(target);

    /// <summary>The numbers that 16 bytes stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load16(byte* source, bool isSigned) => Vector512.ConvertToSingle(
        isSigned ? Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)source)) : Avx512F.ConvertToVector512Int32(Vector128.Load(source)));

    /// <summary>The number that a byte stands for.</summary>
    public static int Load(byte value, bool isSigned) => isSigned ? (sbyte)value : value;
}
