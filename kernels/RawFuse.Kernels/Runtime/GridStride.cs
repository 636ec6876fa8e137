using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Indices of a grid-stride loop, for use inside GPU kernels: <c>for (long i = GridStride.First; i &lt; n; i += GridStride.Step)</c>.</summary>
internal static class GridStride
{
    public static long First => ((long)Grid.IdxX * Group.DimX) + Group.IdxX;

    public static long Step => (long)Grid.DimX * Group.DimX;
}
