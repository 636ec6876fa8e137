using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>A matrix's entry at work: the same number times every lane.</summary>
internal static class Factor
{
    /// <summary>factor * x + summand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector MultiplyAdd<TSimd, TVector>(float factor, TVector x, TVector summand)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.MultiplyAdd(TSimd.Broadcast(factor), x, summand);
}
