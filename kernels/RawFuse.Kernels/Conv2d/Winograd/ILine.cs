using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>A row or column of a tile: a few vectors of neighbouring channels, one per pixel.</summary>
internal unsafe interface ILine<TVector>
    where TVector : struct
{
    TVector this[int pixel] { get; }
}

/// <summary>Pixels at equal distances in memory.</summary>
internal readonly unsafe struct StridedLine<TSimd, TVector>(float* first, nint stride) : ILine<TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    public TVector this[int pixel]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSimd.Load(first + (pixel * stride));
    }
}

/// <summary>Pixels anywhere: some of an image's, some zeros beside it.</summary>
internal readonly unsafe struct PointerLine<TSimd, TVector>(float** pixels, nint channel) : ILine<TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    public TVector this[int pixel]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSimd.Load(pixels[pixel] + channel);
    }
}
