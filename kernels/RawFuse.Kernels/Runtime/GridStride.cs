using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Indices of a grid-stride loop, for use inside GPU kernels: <c>for (long i = GridStride.First; i &lt; n; i += GridStride.Step)</c>.</summary>
internal static class GridStride
{
    public static long First => ((long)Grid.IdxX * Group.DimX) + Group.IdxX;

    public static long Step => (long)Grid.DimX * Group.DimX;

    /// <summary>Threads that so many numbers take, four of them each.</summary>
    public static long ChunksOf(long count) => (count + 3) / 4;

    /// <summary>Threads that so many numbers take, sixteen of them each.</summary>
    public static long SixteensOf(long count) => (count + 15) / 16;

    /// <summary>i mod n, for the number of an element: no buffer has more than 32 bits can count, and 64 take several times as long.</summary>
    public static int Remainder(long i, int n) => (int)((uint)i % (uint)n);

    /// <summary>i / n, likewise.</summary>
    public static int Quotient(long i, int n) => (int)((uint)i / (uint)n);
}
