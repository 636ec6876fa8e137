namespace RawFuse.Kernels;

/// <summary>What a term of a matrix product is.</summary>
internal interface IGemmMath<T>
    where T : unmanaged
{
    /// <summary>sum + a * b.</summary>
    static abstract T MultiplyAdd(T a, T b, T sum);
}

/// <summary>Products of floats; the compiler fuses them.</summary>
internal readonly struct FloatMath : IGemmMath<float>
{
    public static float MultiplyAdd(float a, float b, float sum) => (a * b) + sum;
}
