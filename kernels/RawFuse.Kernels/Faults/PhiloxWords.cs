using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>The four 32-bit words of a Philox block, each in the low half of a lane. The high halves may hold anything.</summary>
internal readonly struct PhiloxWords<TLanes>(TLanes word0, TLanes word1, TLanes word2, TLanes word3)
    where TLanes : unmanaged, ILanes<TLanes>
{
    public readonly TLanes Word0 = word0;
    public readonly TLanes Word1 = word1;
    public readonly TLanes Word2 = word2;
    public readonly TLanes Word3 = word3;

    /// <summary>The block: words 0 and 1 in the low 64 bits, word 0 below, words 2 and 3 in the high ones.</summary>
    public Bits128<TLanes> Joined
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(TLanes.JoinLowHalves(Word0, Word1), TLanes.JoinLowHalves(Word2, Word3));
    }
}
