using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3" (SC'11): a bijection of 128-bit counters keyed by 64 bits. Integers only, so every device draws the same
/// bits, and any block can be drawn alone. Lanes are independent counters under one key.
/// </summary>
internal static class Philox
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>Draws one 128-bit block per lane.</summary>
    /// <param name="counterLow">Counter words 0 and 1, word 0 in the low half.</param>
    /// <param name="counterHigh">Counter words 2 and 3.</param>
    /// <param name="key">Key words 0 and 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits128<TLanes> Block<TLanes>(TLanes counterLow, TLanes counterHigh, ulong key)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        // A word sits in the low half of its lane. The high half may hold anything until the end: products ignore it and
        // xor does not carry, which saves a mask per word and round.
        TLanes x0 = counterLow, x1 = TLanes.HighHalf(counterLow), x2 = counterHigh, x3 = TLanes.HighHalf(counterHigh);
        TLanes multiplier0 = TLanes.All(Multiplier0), multiplier1 = TLanes.All(Multiplier1);
        TLanes key0 = TLanes.All(key), key1 = TLanes.All(key >> 32), weyl0 = TLanes.All(Weyl0), weyl1 = TLanes.All(Weyl1);
        for (int round = 0; round < Rounds; round++)
        {
            TLanes product0 = TLanes.LowHalfProduct(x0, multiplier0);
            TLanes product1 = TLanes.LowHalfProduct(x2, multiplier1);
            x0 = TLanes.Xor(TLanes.HighHalf(product1), x1, key0);
            x1 = product1;
            x2 = TLanes.Xor(TLanes.HighHalf(product0), x3, key1);
            x3 = product0;
            key0 += weyl0;
            key1 += weyl1;
        }

        return new Bits128<TLanes>(TLanes.JoinLowHalves(x0, x1), TLanes.JoinLowHalves(x2, x3));
    }
}
