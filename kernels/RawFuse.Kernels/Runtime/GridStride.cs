using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Indices of a grid-stride loop, for use inside GPU kernels: <c>for (long i = GridStride.First; i &lt; n; i += GridStride.Step)</c>.</summary>
internal static class GridStride
{
    public static long First => ((long)Grid.IdxX * Group.DimX) + Group.IdxX;

    public static long Step => (long)Grid.DimX * Group.DimX;

    /// <summary>i mod n: with 32 bits where they are enough, several times faster than with 64.</summary>
    public static int Remainder(long i, int n) => i <= uint.MaxValue ? (int)((uint)i % (uint)n) : (int)(i % n);

    /// <summary>i / n, likewise.</summary>
    public static long Quotient(long i, int n) => i <= uint.MaxValue ? (uint)i / (uint)n : i / n;
}
