using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
    private const double NumbersPerUnit = 9007199254740992;

    private readonly uint[] state = new uint[Length];
    private int next = Length;

    /// <summary>Starts the sequence of a seed (<c>init_genrand</c>).</summary>
    public MersenneTwister(uint seed) => Restart(seed);

    /// <summary>Starts the sequence of another seed.</summary>
    public void Restart(uint seed)
    {
        next = Length;
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
        return ((high * 67108864.0) + low) / NumbersPerUnit;
    }

    /// <summary>
    /// Compares the next numbers with a limit, eight per byte: bit j of byte k becomes 1 where <see cref="NextDouble"/> would have given less at its call
    /// 8k + j. Many times faster than those calls.
    /// </summary>
    /// <param name="limit">The limit, 0 to 1.</param>
    /// <param name="bits">Receives the comparisons.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of its range.</exception>
    public void CompareDoubles(double limit, Span<byte> bits)
    {
        if (!(limit >= 0 && limit <= 1)) throw new ArgumentOutOfRangeException(nameof(limit), limit, "Numbers lie between 0 and 1.");

        // A number is an integer of 53 bits times 2^-53: it is less than the limit exactly when the integer is below this one.
        var below = Vector512.Create((ulong)Math.Ceiling(limit * NumbersPerUnit));
        ref uint words = ref MemoryMarshal.GetArrayDataReference(state);
        for (int i = 0; i < bits.Length; i++)
        {
            if (next == Length) Twist();
            if (next + Vector512<uint>.Count > Length)
            {
                bits[i] = CompareOneByOne(limit);
                continue;
            }

            // The first word of a number is the low half of a lane.
            Vector512<ulong> pairs = Temper(Vector512.LoadUnsafe(ref words, (nuint)next)).AsUInt64();
            Vector512<ulong> numbers = ((pairs & Vector512.Create(0xFFFFFFE0UL)) << 21) | (pairs >>> 38);
            bits[i] = (byte)Vector512.LessThan(numbers, below).ExtractMostSignificantBits();
            next += Vector512<uint>.Count;
        }
    }

    private byte CompareOneByOne(double limit)
    {
        int bits = 0;
        for (int j = 0; j < 8; j++) bits |= NextDouble() < limit ? 1 << j : 0;
        return (byte)bits;
    }

    private static Vector512<uint> Temper(Vector512<uint> y)
    {
        y ^= y >>> 11;
        y ^= (y << 7) & Vector512.Create(0x9D2C5680);
        y ^= (y << 15) & Vector512.Create(0xEFC60000);
        return y ^ (y >>> 18);
    }

    private void Twist()
    {
        // Words change in their order: a vector of them reads its neighbours above before it is written, and words that were written long before.
        TwistRange(0, Length - Middle, Middle);
        TwistRange(Length - Middle, Length - 1, Middle - Length);
        state[Length - 1] = state[Middle - 1] ^ Mix(state[Length - 1], state[0]);
        next = 0;
    }

    private void TwistRange(int start, int end, int distance)
    {
        ref uint words = ref MemoryMarshal.GetArrayDataReference(state);
        int i = start;
        for (; i <= end - Vector512<uint>.Count; i += Vector512<uint>.Count)
        {
            Vector512<uint> upper = Vector512.LoadUnsafe(ref words, (nuint)i), lower = Vector512.LoadUnsafe(ref words, (nuint)(i + 1));
            Vector512<uint> y = (upper & Vector512.Create(UpperMask)) | (lower & Vector512.Create(~UpperMask));
            Vector512<uint> odd = Vector512<uint>.Zero - (y & Vector512<uint>.One);
            Vector512<uint> mixed = (y >>> 1) ^ (odd & Vector512.Create(Matrix));
            (Vector512.LoadUnsafe(ref words, (nuint)(i + distance)) ^ mixed).StoreUnsafe(ref words, (nuint)i);
        }

        for (; i < end; i++) state[i] = state[i + distance] ^ Mix(state[i], state[i + 1]);
    }

    private static uint Mix(uint upper, uint lower)
    {
        uint y = (upper & UpperMask) | (lower & ~UpperMask);
        return (y >> 1) ^ ((0 - (y & 1)) & Matrix);
    }
}
