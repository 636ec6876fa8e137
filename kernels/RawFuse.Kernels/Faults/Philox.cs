using System.Runtime.CompilerServices;

namespace RawFuse.Kernels;

/// <summary>
/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3" (SC'11): a bijection of 128-bit counters keyed by 64 bits. Integers only, so every device draws the same
/// bits, and any block can be drawn alone. Lanes are independent counters under one key.
/// </summary>
internal static class Philox
{
    public const int Rounds = 10;
    public const uint Weyl0 = 0x9E3779B9;
    public const uint Weyl1 = 0xBB67AE85;

    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;

    /// <summary>Draws one 128-bit block per lane: words 0 and 1 in the low 64 bits, word 0 below, words 2 and 3 in the high ones.</summary>
    /// <param name="counterLow">Counter words 0 and 1, word 0 in the low half.</param>
    /// <param name="counterHigh">Counter words 2 and 3.</param>
    /// <param name="keys">The generator's keys.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits128<TLanes> Block<TLanes, TKeys>(TLanes counterLow, TLanes counterHigh, TKeys keys)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys
    {
        return Words(counterLow, counterHigh, keys).Joined;
    }

    /// <summary>Draws the same blocks word by word.</summary>
    /// <param name="counterLow">Counter words 0 and 1, word 0 in the low half.</param>
    /// <param name="counterHigh">Counter words 2 and 3.</param>
    /// <param name="keys">The generator's keys.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxWords<TLanes> Words<TLanes, TKeys>(TLanes counterLow, TLanes counterHigh, TKeys keys)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys
    {
        // A word sits in the low half of its lane. What the high half holds does not matter: products ignore it and xor
        // does not carry, which saves a mask per word and round.
        TLanes x0 = counterLow, x1 = TLanes.HighHalf(counterLow), x2 = counterHigh, x3 = TLanes.HighHalf(counterHigh);
        TLanes multiplier0 = TLanes.All(Multiplier0), multiplier1 = TLanes.All(Multiplier1);
        for (int round = 0; round < Rounds; round++)
        {
            TLanes product0 = TLanes.LowHalfProduct(x0, multiplier0);
            TLanes product1 = TLanes.LowHalfProduct(x2, multiplier1);
            x0 = TLanes.Xor(TLanes.HighHalf(product1), x1, TLanes.All(keys.Even(round)));
            x1 = product1;
            x2 = TLanes.Xor(TLanes.HighHalf(product0), x3, TLanes.All(keys.Odd(round)));
            x3 = product0;
        }

        return new PhiloxWords<TLanes>(x0, x1, x2, x3);
    }

    /// <summary>
    /// Draws the words of two blocks per lane in step. A round waits for the one before it, and a processor does not look far enough ahead to fill the
    /// time with the next block.
    /// </summary>
    /// <param name="counterLow">Counter words 0 and 1 of the first block.</param>
    /// <param name="counterHigh">Its counter words 2 and 3.</param>
    /// <param name="otherLow">Counter words 0 and 1 of the second block.</param>
    /// <param name="otherHigh">Its counter words 2 and 3.</param>
    /// <param name="keys">The generator's keys.</param>
    /// <param name="other">The words of the second block.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxWords<TLanes> Words<TLanes, TKeys>(
        TLanes counterLow, TLanes counterHigh, TLanes otherLow, TLanes otherHigh, TKeys keys, out PhiloxWords<TLanes> other)
        where TLanes : unmanaged, ILanes<TLanes>
        where TKeys : unmanaged, IPhiloxKeys
    {
        TLanes x0 = counterLow, x1 = TLanes.HighHalf(counterLow), x2 = counterHigh, x3 = TLanes.HighHalf(counterHigh);
        TLanes y0 = otherLow, y1 = TLanes.HighHalf(otherLow), y2 = otherHigh, y3 = TLanes.HighHalf(otherHigh);
        TLanes multiplier0 = TLanes.All(Multiplier0), multiplier1 = TLanes.All(Multiplier1);
        for (int round = 0; round < Rounds; round++)
        {
            TLanes even = TLanes.All(keys.Even(round)), odd = TLanes.All(keys.Odd(round));
            TLanes product0 = TLanes.LowHalfProduct(x0, multiplier0);
            TLanes product1 = TLanes.LowHalfProduct(x2, multiplier1);
            TLanes product2 = TLanes.LowHalfProduct(y0, multiplier0);
            TLanes product3 = TLanes.LowHalfProduct(y2, multiplier1);
            x0 = TLanes.Xor(TLanes.HighHalf(product1), x1, even);
            x1 = product1;
            x2 = TLanes.Xor(TLanes.HighHalf(product0), x3, odd);
            x3 = product0;
            y0 = TLanes.Xor(TLanes.HighHalf(product3), y1, even);
            y1 = product3;
            y2 = TLanes.Xor(TLanes.HighHalf(product2), y3, odd);
            y3 = product2;
        }

        other = new PhiloxWords<TLanes>(y0, y1, y2, y3);
        return new PhiloxWords<TLanes>(x0, x1, x2, x3);
    }
}
