using RawFuse.Kernels;

namespace RawFuse.Tests.Faults;

public sealed unsafe class PhiloxTests
{
    /// <summary>Known answers of the Random123 library (kat_vectors, philox4x32 with 10 rounds), words 0 to 3.</summary>
    [Theory]
    [InlineData(0x00000000_00000000, 0x00000000_00000000, 0x00000000_00000000, 0xe169c58d_6627e8d5, 0x9b00dbd8_bc57ac4c)]
    [InlineData(0xffffffff_ffffffff, 0xffffffff_ffffffff, 0xffffffff_ffffffff, 0x41c83b0e_408f276d, 0x6d5451fd_a20bc7c6)]
    [InlineData(0x85a308d3_243f6a88, 0x03707344_13198a2e, 0x299f31d0_a4093822, 0x94fdcceb_d16cfe09, 0x24126ea1_5001e420)]
    public void Known_answers(ulong counterLow, ulong counterHigh, ulong key, ulong low, ulong high)
    {
        uint[] words = NaivePhilox.Block(counterLow, counterHigh, key);
        Assert.Equal((low, high), (words[0] | ((ulong)words[1] << 32), words[2] | ((ulong)words[3] << 32)));
        LanesAgree<ScalarLane>(true, counterLow, counterHigh, key);
        LanesAgree<Lanes256>(Lanes256.IsSupported, counterLow, counterHigh, key);
        LanesAgree<Lanes512>(Lanes512.IsSupported, counterLow, counterHigh, key);
    }

    /// <summary>Every lane equals the block of its own counter, with either kind of keys and two at a time, also where counters carry into word 1.</summary>
    private static void LanesAgree<TLanes>(bool supported, ulong counterLow, ulong counterHigh, ulong key)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (!supported) return;
        ulong* counters = stackalloc ulong[2 * TLanes.Count], table = stackalloc ulong[PhiloxTable.Words];
        var keys = new PhiloxTable(key, table);
        foreach (ulong first in (ulong[])[counterLow, uint.MaxValue - 2UL])
        {
            for (int lane = 0; lane < 2 * TLanes.Count; lane++) counters[lane] = first + (ulong)lane;
            TLanes one = TLanes.Load(counters), other = TLanes.Load(counters + TLanes.Count), high = TLanes.All(counterHigh);
            Bits128<TLanes> joined = Philox.Words(one, high, other, high, keys, out PhiloxWords<TLanes> otherWords).Joined;
            Check(joined, first);
            Check(otherWords.Joined, first + (ulong)TLanes.Count);
            Check(Philox.Block(one, high, keys), first);
            Check(Philox.Block(one, high, new PhiloxKey(key)), first);
        }

        void Check(Bits128<TLanes> blocks, ulong first)
        {
            ulong* low = stackalloc ulong[2 * TLanes.Count], high = low + TLanes.Count;
            TLanes.Store(blocks.Low, low);
            TLanes.Store(blocks.High, high);
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                uint[] words = NaivePhilox.Block(first + (ulong)lane, counterHigh, key);
                Assert.Equal((words[0] | ((ulong)words[1] << 32), words[2] | ((ulong)words[3] << 32)), (low[lane], high[lane]));
            }
        }
    }
}
