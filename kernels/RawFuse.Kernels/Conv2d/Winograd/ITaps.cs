using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>The nine taps of 3 x 3 weights in memory, wherever and as whatever they lie.</summary>
internal unsafe interface ITaps
{
    /// <summary>A vector of one tap.</summary>
    /// <param name="tap">Which, row by row.</param>
    /// <param name="at">Weights behind the tap's first.</param>
    TVector Load<TSimd, TVector>(int tap, nint at)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;
}

/// <summary>Floats.</summary>
/// <param name="values">The first tap.</param>
/// <param name="distance">Weights from one tap to the next.</param>
internal readonly unsafe struct FloatTaps(float* values, nint distance) : ITaps
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Load<TSimd, TVector>(int tap, nint at)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.Load(values + (tap * distance) + at);
}

/// <summary>Bytes.</summary>
/// <param name="bytes">The first tap.</param>
/// <param name="distance">Weights from one tap to the next.</param>
internal readonly unsafe struct ByteTaps(sbyte* bytes, nint distance) : ITaps
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Load<TSimd, TVector>(int tap, nint at)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.LoadBytes(bytes + (tap * distance) + at);
}
