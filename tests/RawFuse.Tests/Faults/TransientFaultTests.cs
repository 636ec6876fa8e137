using System.Numerics;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Tests.Faults;

/// <summary>Faults that come and go with every access, on top of the permanent ones.</summary>
public sealed class TransientFaultTests
{
    private const int Count = 40 * 30 * 9;

    public static TheoryData<SramMapping, int> Cases => new()
    {
        { SramMapping.Physical, 8 }, { SramMapping.Physical, 5 }, { SramMapping.Ibm, 8 }, { SramMapping.Ibm, 3 }, { SramMapping.IbmUntiled, 7 },
    };

    /// <summary>Without permanent faults an access flips bits; with them it flips the bits that they leave.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Transients_flip_what_permanent_faults_leave(SramMapping mapping, int bits)
    {
        sbyte[] clean = FaultTestData.Weights(Count, bits), zeros = new sbyte[Count];
        int low = (1 << bits) - 1;
        foreach (long access in (long[])[0, 1, 1000, FaultCells.MaximumAccess])
        {
            sbyte[] flips = Read(Chip(mapping, 0, 0.02), zeros, bits, access), permanent = Read(Chip(mapping, 0.1, 0), clean, bits, access);
            sbyte[] both = Read(Chip(mapping, 0.1, 0.02), clean, bits, access);
            Assert.Equal(permanent.Zip(flips, (a, b) => (a ^ b) & low), both.Select(value => value & low));
            Assert.Equal(both, Read(Chip(mapping, 0.1, 0.02), clean, bits, access));
        }
    }

    /// <summary>Rate, and independence between accesses, between chips and from permanent faults: how often two flip the same bit.</summary>
    [Fact]
    public void Accesses_are_independent()
    {
        const double Rate = 0.1, Cells = 8.0 * Count;
        var zeros = new sbyte[Count];
        sbyte[] first = Read(Chip(SramMapping.Physical, 0, Rate), zeros, 8, 0);
        Within(Rate, first);
        foreach (long access in (long[])[1, 2, 1L << 27, FaultCells.MaximumAccess])
        {
            sbyte[] other = Read(Chip(SramMapping.Physical, 0, Rate), zeros, 8, access);
            Within(Rate, other);
            Within(Rate * Rate, And(first, other));
        }

        Within(Rate * Rate, And(first, Read(Chip(SramMapping.Physical, 0, Rate).WithSeed(8), zeros, 8, 0)));
        Within(Rate * Rate, And(first, Read(new Chip(7, Rate, FaultModel.Flip), zeros, 8, 0)));

        static sbyte[] And(sbyte[] a, sbyte[] b) => [.. a.Zip(b, (x, y) => (sbyte)(x & y))];

        // Six standard deviations of a binomial number.
        static void Within(double rate, sbyte[] flips) => Assert.Equal(
            rate * Cells, flips.Sum(value => BitOperations.PopCount((byte)value)), 6 * Math.Sqrt(Cells * rate * (1 - rate)));
    }

    /// <summary>In the reference's tiling weights that share a cell share its transient fault.</summary>
    [Fact]
    public void Shared_cells_flip_together()
    {
        sbyte[] flips = Read(Chip(SramMapping.Ibm, 0, 0.1), new sbyte[Count], 8, 3);
        for (int i = 0; i < Count - 16; i++)
            if (i / 256 == (i + 16) / 256) Assert.Equal(flips[i], flips[i + 16]);
        Assert.NotEqual(flips[..256], flips[256..512]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Masks_and_counts_know_of_them(SramMapping mapping, int bits)
    {
        sbyte[] clean = FaultTestData.Weights(Count, bits), expected = Read(Chip(mapping, 0.1, 0.02), clean, bits, 5), faulty = [.. clean];
        using var memory = new ChipMemory(FaultTestData.TwoThreads, Chip(mapping, 0.1, 0.02));
        using Storage<sbyte> packed = FaultTestData.TwoThreads.Allocate<sbyte>(FaultTestData.ToHwio(clean, 40, 30, 9));
        using Storage<byte> mask = FaultTestData.TwoThreads.Allocate<byte>(Count);
        memory.DrawMask(packed, 40, 30, 9, new SramPlace("w", Count, 0, bits), mask, access: 5);
        FaultTestData.TwoThreads.Run<ApplyFaultMask, ApplyFaultMaskArgs>(new(packed, Count, mask));
        Assert.Equal(FaultTestData.ToHwio(expected, 40, 30, 9), packed.ToArray());

        using var steady = new ChipMemory(FaultTestData.TwoThreads, Chip(mapping, 0.1, 0));
        FaultReport report = memory.InjectAndCount(faulty, new SramPlace("w", Count, 0, bits), access: 5);
        Assert.Equal(expected, faulty);
        Assert.Equal(steady.InjectAndCount([.. clean], new SramPlace("w", Count, 0, bits)).CellsFaulty, report.CellsFaulty);
        Assert.Equal(clean.Zip(expected, (a, b) => BitOperations.PopCount((uint)((a ^ b) & ((1 << bits) - 1)))).Sum(), report.BitsChanged);
    }

    private static Chip Chip(SramMapping mapping, double ber, double rate) =>
        new(7, ber, FaultModel.StuckAt, mapping, options: new FaultOptions { TransientRate = rate, Cells = WeightCells.Packed });

    private static sbyte[] Read(Chip chip, sbyte[] stored, int bits, long access)
    {
        using var memory = new ChipMemory(FaultTestData.TwoThreads, chip);
        using Storage<sbyte> bytes = FaultTestData.TwoThreads.Allocate<sbyte>(stored);
        memory.Inject(bytes, new SramPlace("w", stored.Length, 0, bits), access);
        return bytes.ToArray();
    }
}
