using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Pixels anywhere, bytes that are widened to words: some of an image's, some zeros beside it. Bytes that are not signed have a mask that takes the sign's copies away.
/// </summary>
internal readonly unsafe struct ByteLine<TSimd, TVector>(byte** pixels, nint channel, TVector mask) : ILine<TVector>
    where TSimd : struct, IIntegerSimd<TVector>
    where TVector : struct
{
    public TVector this[int pixel]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSimd.And(TSimd.WidenToWords(pixels[pixel] + channel), mask);
    }
}

/// <summary>Words or 32-bit integers at equal distances in memory, counted in bytes.</summary>
internal readonly unsafe struct IntegerLine<TSimd, TVector>(void* first, nint stride) : ILine<TVector>
    where TSimd : struct, IIntegerSimd<TVector>
    where TVector : struct
{
    public TVector this[int pixel]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSimd.Load((byte*)first + (pixel * stride));
    }
}
