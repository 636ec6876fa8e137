using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>Weights that are fields of a map of bits.</summary>
internal static unsafe class FieldBits
{
    /// <summary>8 bits and maybe more from a bit of a map on. The byte behind the one that the bit lies in must be readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int At(byte* map, long bit) => (map[bit >> 3] | (map[(bit >> 3) + 1] << 8)) >> (int)(bit & 7);
}
