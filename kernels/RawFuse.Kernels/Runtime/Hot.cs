using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>How inner loops are compiled.</summary>
internal static class Hot
{
    /// <summary>
    /// Fully from the first call, and on their own. Inlined into callers that the runtime compiles again by profile, some loops were seen to run three times slower, their sums spilled to
    /// memory: registers are given out for the whole caller then, and the profile knows branches, not register tiles.
    /// </summary>
    public const MethodImplOptions Loop = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
}
