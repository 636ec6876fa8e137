using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>The keys of a generator's rounds.</summary>
internal interface IPhiloxKeys
{
    /// <summary>A round's key that words 0 are mixed with, in the low half.</summary>
    ulong Even(int round);

    /// <summary>A round's key that words 2 are mixed with, in the low half.</summary>
    ulong Odd(int round);
}

/// <summary>Keys computed as they are needed: for single lanes.</summary>
internal readonly struct PhiloxKey(ulong key) : IPhiloxKeys
{
    private readonly uint even = (uint)key;
    private readonly uint odd = (uint)(key >> 32);

    public ulong Even(int round) => even + ((uint)round * Philox.Weyl0);

    public ulong Odd(int round) => odd + ((uint)round * Philox.Weyl1);
}

/// <summary>Keys read from memory: a vector loads and spreads one beside its arithmetic, which computing it would hold up.</summary>
internal readonly unsafe struct PhiloxTable : IPhiloxKeys
{
    /// <summary>Words of memory behind a table.</summary>
    public const int Words = 2 * Philox.Rounds;

    private readonly ulong* table;

    /// <param name="key">Key words 0 and 1.</param>
    /// <param name="memory">Memory for the table.</param>
    public PhiloxTable(ulong key, ulong* memory)
    {
        table = memory;
        var computed = new PhiloxKey(key);
        for (int round = 0; round < Philox.Rounds; round++)
        {
            memory[2 * round] = computed.Even(round);
            memory[(2 * round) + 1] = computed.Odd(round);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Even(int round) => table[2 * round];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Odd(int round) => table[(2 * round) + 1];
}
