using ILGPU.IR.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>Conversions of floats to the formats that tensor cores multiply.</summary>
internal static class TensorFormats
{
    /// <summary>TF32: 10 of 23 bits of the fraction, the nearest, ties away from zero. The low bits are zero.</summary>
    [IntrinsicImplementation]
    public static uint ToTf32(float x) => float.IsNaN(x) ? 0x7FFFE000u : (BitConverter.SingleToUInt32Bits(x) + 0x1000u) & ~0x1FFFu;

    /// <summary>Two BF16 numbers, 7 bits of the fraction, the nearest, ties to even; the first in the low half.</summary>
    [IntrinsicImplementation]
    public static uint ToBf16Pair(float low, float high) => ToBf16(low) | (ToBf16(high) << 16);

    /// <summary>What a number in TF32 stands for: tensor cores do not look at the low bits.</summary>
    public static float OfTf32(uint bits) => BitConverter.UInt32BitsToSingle(bits & ~0x1FFFu);

    /// <summary>What a number in BF16 stands for.</summary>
    public static float OfBf16(uint bits) => BitConverter.UInt32BitsToSingle(bits << 16);

    private static uint ToBf16(float x)
    {
        if (float.IsNaN(x)) return 0x7FFF;
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    }
}
