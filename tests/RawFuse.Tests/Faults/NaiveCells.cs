using System.Numerics;

namespace RawFuse.Tests.Faults;

/// <summary>Drawn cells one at a time and by their definition, with nothing remembered and nothing skipped.</summary>
/// <param name="seed">The chip.</param>
/// <param name="stream">Upper half of the counters: 0 for permanent faults, 2 * 2^32 + access * 2^35 for transient ones.</param>
internal sealed class NaiveCells(ulong seed, ulong stream = 0)
{
    /// <summary>The largest threshold at which events alone make cells faulty.</summary>
    public const ulong Largest = 252_645_135;

    /// <summary>Stream of the transient faults of an access.</summary>
    public static ulong Access(long number) => (2UL << 32) + ((ulong)number << 35);

    /// <summary>Whether a cell of a group is faulty on its own.</summary>
    public bool IsFaulty(ulong group, int cell, ulong threshold)
    {
        if (Struck((4 * group) + ((ulong)cell / 32), Math.Min(threshold, Largest)).Contains((uint)cell % 32)) return true;
        if (threshold <= Largest) return false;
        BigInteger rest = ((17 * new BigInteger(threshold)) - (BigInteger.One << 32)) / 16;
        return Member(group, cell, stream + (1UL << 31)) < rest;
    }

    /// <summary>Whether a cell of a group is stuck at 1, if it is stuck.</summary>
    public bool IsStuckAt1(ulong group, int cell) => NaivePhilox.Bit((4 * group) + ((ulong)cell / 32), stream + 1, seed, 96 + (cell % 32));

    /// <summary>Whether row or column <paramref name="number"/> of the whole memory is faulty; rows have stream 3, columns 4.</summary>
    public bool IsFaultyLine(ulong number, ulong lineStream, ulong threshold) => Member(number / 128, (int)(number % 128), lineStream << 32) < threshold;

    /// <summary>2^40 (1 - (1 - p)^32) by squarings that keep 63 bits.</summary>
    public static BigInteger EventThreshold(ulong threshold)
    {
        BigInteger spared = ((BigInteger.One << 32) - threshold) << 31;
        for (int i = 0; i < 5; i++) spared = spared * spared >> 63;
        return (BigInteger.One << 40) - ((spared + (1 << 22)) >> 23);
    }

    /// <summary>Cells of a quad that its events have struck.</summary>
    private HashSet<uint> Struck(ulong quad, ulong threshold)
    {
        var cells = new HashSet<uint>();
        BigInteger limit = EventThreshold(threshold), survival = 0;
        for (int number = 0; ; number++)
        {
            uint factor = NaivePhilox.Block(quad, stream + 1 + ((ulong)number / 3), seed)[number % 3];
            if (number == 0)
            {
                BigInteger r = (new BigInteger(NaivePhilox.Byte(quad / 16, stream, seed, (int)(quad % 16))) << 32) + factor;
                survival = (BigInteger.One << 32) - 1 - (r >> 8);
                if (r >= limit) return cells;
            }
            else
            {
                survival = survival * factor >> 32;
                if (survival < (BigInteger.One << 32) - (limit >> 8)) return cells;
            }

            cells.Add(factor % 32);
        }
    }

    /// <summary>The number of a member of a set, spelled out by bits from the highest one down.</summary>
    private BigInteger Member(ulong set, int member, ulong setStream)
    {
        BigInteger number = 0;
        for (ulong bit = 0; bit < 32; bit++) number = (2 * number) + (NaivePhilox.Bit(set, setStream + bit, seed, member) ? 1 : 0);
        return number;
    }
}
