namespace RawFuse.Tests.Faults;

/// <summary>Philox4x32-10 word by word, as its authors write it down.</summary>
internal static class NaivePhilox
{
    /// <summary>The four words of the block with a counter of 128 bits, whose lower 64 bits come first.</summary>
    public static uint[] Block(ulong counterLow, ulong counterHigh, ulong key)
    {
        uint[] x = [(uint)counterLow, (uint)(counterLow >> 32), (uint)counterHigh, (uint)(counterHigh >> 32)];
        uint key0 = (uint)key, key1 = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong a = 0xD2511F53UL * x[0], b = 0xCD9E8D57UL * x[2];
            x = [(uint)(b >> 32) ^ x[1] ^ key0, (uint)b, (uint)(a >> 32) ^ x[3] ^ key1, (uint)a];
            key0 = unchecked(key0 + 0x9E3779B9);
            key1 = unchecked(key1 + 0xBB67AE85);
        }

        return x;
    }

    /// <summary>A bit of such a block, 0 to 127.</summary>
    public static bool Bit(ulong counterLow, ulong counterHigh, ulong key, int bit) =>
        (Block(counterLow, counterHigh, key)[bit / 32] >> (bit % 32) & 1) != 0;

    /// <summary>A byte of such a block, 0 to 15.</summary>
    public static uint Byte(ulong counterLow, ulong counterHigh, ulong key, int index) =>
        Block(counterLow, counterHigh, key)[index / 4] >> (8 * (index % 4)) & 0xFF;
}
