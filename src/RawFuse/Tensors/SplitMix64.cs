namespace RawFuse;

/// <summary>A small deterministic generator for initial values and shuffles (Steele, Lea and Flood, OOPSLA 2014). The same on every platform.</summary>
/// <param name="seed">Equal seeds give equal sequences.</param>
public sealed class SplitMix64(ulong seed)
{
    private ulong state = seed;

    /// <summary>Where the sequence is: a generator with this seed goes on with the same numbers.</summary>
    public ulong State => state;

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, 1), a multiple of 2^-24.</summary>
    public float NextSingle() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>A number in 0..limit-1, each equally likely.</summary>
    /// <param name="limit">1 or more.</param>
    public int NextInt(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return (int)(((UInt128)Next() * (ulong)limit) >> 64);
    }
}
