using System.Numerics;

namespace RawFuse.Kernels;

/// <summary>
/// Adds floats to double sums, one sum per channel. Statistics over thousands of pixels keep float's precision this way, where sums in float would lose two digits;
/// the passes are bound by memory, so that it costs little.
/// </summary>
internal static unsafe class WideSums
{
    /// <summary>sums[c] += row[c] for all channels.</summary>
    public static void Add(float* row, double* sums, int channels)
    {
        int c = 0;
        for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count) Add(Vector.Load(row + c), sums + c);
        for (; c < channels; c++) sums[c] += row[c];
    }

    /// <summary>Adds a vector's elements to as many sums.</summary>
    public static void Add(Vector<float> values, double* sums)
    {
        Vector.Widen(values, out Vector<double> low, out Vector<double> high);
        Vector.Store(Vector.Load(sums) + low, sums);
        Vector.Store(Vector.Load(sums + Vector<double>.Count) + high, sums + Vector<double>.Count);
    }
}
