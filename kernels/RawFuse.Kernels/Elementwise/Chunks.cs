namespace RawFuse.Kernels;

/// <summary>How element-by-element CPU kernels split an array over threads: fixed chunks, so the split never depends on their number.</summary>
internal static class Chunks
{
    /// <summary>64 KB of floats: long enough to hide the hand-over, short enough to stay in the second-level cache.</summary>
    private const int Length = 16 * 1024;

    public static int Of(int count) => (int)(((long)count + Length - 1) / Length);

    public static (int Start, int End) Bounds(int chunk, int count) => (chunk * Length, (int)Math.Min((long)(chunk + 1) * Length, count));
}
