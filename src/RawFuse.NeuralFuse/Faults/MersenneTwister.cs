namespace RawFuse.NeuralFuse.Faults;

/// <summary>
/// MT19937 (Matsumoto and Nishimura, 1998) with the 53-bit doubles of the authors' <c>genrand_res53</c>: the numbers of
/// NumPy's <c>np.random.seed(seed)</c> and <c>np.random.rand</c>. It is here to reproduce published chips; new ones are
/// drawn by counter.
/// </summary>
public sealed class MersenneTwister
{
    private const int Length = 624;
    private const int Middle = 397;
    private const uint UpperMask = 0x80000000;
    private const uint Matrix = 0x9908B0DF;

    private readonly uint[] state = new uint[Length];
    private int next = Length;

    /// <summary>Starts the sequence of a seed (<c>init_genrand</c>).</summary>
    public MersenneTwister(uint seed)
    {
        state[0] = seed;
        for (uint i = 1; i < Length; i++) state[i] = (1812433253 * (state[i - 1] ^ (state[i - 1] >> 30))) + i;
    }

    /// <summary>The next 32 bits.</summary>
    public uint NextUInt32()
    {
        if (next == Length) Twist();
        uint y = state[next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    /// <summary>The next number in [0, 1), a multiple of 2^-53, made of two words.</summary>
    public double NextDouble()
    {
        uint high = NextUInt32() >> 5, low = NextUInt32() >> 6;
        return ((high * 67108864.0) + low) / 9007199254740992.0;
    }

    /// <summary>Passes over so many doubles, at a fraction of the cost of drawing them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public void SkipDoubles(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        long words = 2L * count;
        while (words > Length - next)
        {
            words -= Length - next;
            Twist();
        }

        next += (int)words;
    }

    private void Twist()
    {
        for (int i = 0; i < Length - Middle; i++) state[i] = state[i + Middle] ^ Mix(state[i], state[i + 1]);
        for (int i = Length - Middle; i < Length - 1; i++) state[i] = state[i + Middle - Length] ^ Mix(state[i], state[i + 1]);
        state[Length - 1] = state[Middle - 1] ^ Mix(state[Length - 1], state[0]);
        next = 0;
    }

    private static uint Mix(uint upper, uint lower)
    {
        uint y = (upper & UpperMask) | (lower & ~UpperMask);
        return (y >> 1) ^ ((0 - (y & 1)) & Matrix);
    }
}
