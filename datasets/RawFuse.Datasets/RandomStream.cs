namespace RawFuse.Datasets;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): draw n is a hash of key + n * gamma.
/// Integers and exact float operations only, so a key yields the same draws on every platform, which <see cref="Random"/> does not promise.
/// </summary>
internal struct RandomStream
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;
    private ulong _state;

    /// <summary>The stream that belongs to a path of numbers, such as (seed, purpose, epoch, image).</summary>
    public RandomStream(params ReadOnlySpan<ulong> path)
    {
        foreach (ulong part in path) _state = Mix(_state + Gamma + part);
    }

    public ulong NextUInt64() => Mix(_state += Gamma);

    /// <summary>Uniform in [0, bound), by multiply-shift: its bias, bound / 2^64, is far below anything measurable.</summary>
    public int Next(int bound) => (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);

    /// <summary>Uniform in [0, 1), a multiple of 2^-24.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    public float Range(float low, float high) => low + (high - low) * NextSingle();

    public bool Chance(float probability) => NextSingle() < probability;

    /// <summary>
    /// Cosine and sine of a random angle up to 2 atan(<paramref name="limit"/>) each way, about 114 degrees per unit while small. Computed from the tangent
    /// of the half angle, which takes exactly rounded operations only; a library's sine is not the same everywhere.
    /// </summary>
    public (float Cos, float Sin) Rotation(float limit)
    {
        float tangent = Range(-limit, limit), norm = 1f + tangent * tangent;
        return ((1f - tangent * tangent) / norm, 2f * tangent / norm);
    }

    /// <summary>Fisher-Yates: every order equally likely.</summary>
    public void Shuffle(Span<int> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
