using System.Numerics;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.Tests.Faults;

/// <summary>Drawn cells are those of the definition.</summary>
public sealed class DrawnCellsTests
{
    private const ulong All = 1UL << 32;

    /// <summary>Thresholds at and around both ends and the largest one at which events alone make cells faulty.</summary>
    public static TheoryData<ulong> Thresholds =>
        [0, 1, 1000, All / 1000, All / 100, All / 28, NaiveCells.Largest - 1, NaiveCells.Largest, NaiveCells.Largest + 1, All / 10, All / 2, All - 1, All];

    [Theory]
    [MemberData(nameof(Thresholds))]
    public void Cells_follow_the_definition(ulong threshold)
    {
        const int Bytes = 1040;
        const long Group = 5_000_000_001;
        foreach (FaultModel model in Enum.GetValues<FaultModel>())
        {
            FaultCells cells = FaultCells.Drawn(0x123456789ABCDEF0, threshold / (double)All, model, Group);
            Assert.Equal(threshold, cells.Threshold);
            Check(new NaiveCells(0x123456789ABCDEF0), cells, model, Group);
        }

        foreach (long access in (long[])[0, 77, FaultCells.MaximumAccess])
            Check(new NaiveCells(3, NaiveCells.Access(access)), FaultCells.Transient(3, threshold / (double)All, access).At(Group), FaultModel.Flip, Group);

        void Check(NaiveCells naive, FaultCells cells, FaultModel model, long group)
        {
            byte[] zeros = Read(cells, 0, Bytes), ones = Read(cells, -1, Bytes);
            for (int cell = 0; cell < 8 * Bytes; cell++)
            {
                ulong of = (ulong)group + ((ulong)cell / 128);
                bool isFaulty = naive.IsFaulty(of, cell % 128, threshold);
                bool is1 = isFaulty && (model == FaultModel.Flip || naive.IsStuckAt1(of, cell % 128));
                bool is0 = isFaulty && (model == FaultModel.Flip || !naive.IsStuckAt1(of, cell % 128));
                Assert.Equal((is1, !is0), (Bit(zeros, cell), Bit(ones, cell)));
            }
        }

        static bool Bit(byte[] bytes, int cell) => (bytes[cell / 8] >> (cell % 8) & 1) != 0;
    }

    /// <summary>The threshold of events is what the definition says, grows, and is the probability it stands for, rounded.</summary>
    [Fact]
    public void Thresholds_of_events_are_exact()
    {
        var random = new Random(9);
        ulong[] thresholds = [0, 1, 2, NaiveCells.Largest - 1, NaiveCells.Largest, .. Enumerable.Range(0, 2000).Select(_ => (ulong)random.NextInt64((long)NaiveCells.Largest))];
        Array.Sort(thresholds);
        ulong last = 0;
        foreach (ulong threshold in thresholds)
        {
            ulong below = DrawnQuads.Below(threshold);
            Assert.Equal(NaiveCells.EventThreshold(threshold), below);
            Assert.InRange(below, last, 1UL << 40);
            last = below;

            // 2^40 (1 - ((2^32 - t) / 2^32)^32) with 1000 bits behind the point.
            BigInteger exact = (BigInteger.One << 1040) - ((BigInteger.Pow((BigInteger.One << 32) - threshold, 32) << 1040) >> 1024);
            BigInteger error = BigInteger.Abs(((BigInteger)below << 1000) - exact);
            Assert.InRange(error, BigInteger.Zero, (BigInteger.One << 999) + (BigInteger.One << 985));
        }

        Assert.Equal(0UL, DrawnQuads.Below(0));
        Assert.Equal(NaiveCells.Largest, DrawnQuads.MaximumThreshold);
        Assert.Equal(220, new DrawnQuads(DrawnQuads.MaximumThreshold, 0).HeadLimit);
    }

    [Fact]
    public void Ends_of_the_range_are_exact()
    {
        Assert.All(Read(FaultCells.Drawn(3, 0, FaultModel.Flip), 0, 4096), value => Assert.Equal(0, value));
        Assert.All(Read(FaultCells.Drawn(3, 1, FaultModel.Flip), 0, 4096), value => Assert.Equal(255, value));
        Assert.Equal(All, FaultCells.Drawn(3, 1, FaultModel.Flip).Threshold);
        Assert.Equal(42949673UL, FaultCells.Drawn(3, 0.01, FaultModel.Flip).Threshold);
    }

    /// <summary>A memory of three groups is used again from its start.</summary>
    [Fact]
    public void Memory_wraps_around()
    {
        byte[] faulty = Read(FaultCells.Drawn(8, 0.2, FaultModel.Flip, firstGroup: 1, groups: 3), 0, 160), once = Read(FaultCells.Drawn(8, 0.2, FaultModel.Flip), 0, 48);
        for (int i = 0; i < faulty.Length; i++) Assert.Equal(once[(i + 16) % 48], faulty[i]);
    }

    /// <summary>Pins the drawn bits: a saved chip must stay the same chip. Computed with an independent implementation of the definition.</summary>
    [Theory]
    [InlineData(FaultModel.Flip, 0.05,
        "00000408900004084000000001000080028800000004200018420082100040000020800000809000000000010000000008008080000000080000084088000200")]
    [InlineData(FaultModel.StuckAt, 0.05,
        "00000400900004000000000001000080008000000000200010420080000000000020800000008000000000000000000000008000000000080000000000000000")]
    [InlineData(FaultModel.StuckAt, 0.3,
        "02002440d2000500000101041141208000800040001ab00011528080000002020061840018408c0aa08010000008000980009a04000400882002000802000008")]
    public void Drawn_bits_never_change(FaultModel model, double ber, string expected) => Assert.Equal(
        expected, Convert.ToHexStringLower(Read(FaultCells.Drawn(0x123456789ABCDEF0, ber, model, firstGroup: 5_000_000_000), 0, 64)));

    private static byte[] Read(FaultCells cells, sbyte stored, int bytes) => Array.ConvertAll(
        FaultTestData.Inject(FaultTestData.OneThread, [.. Enumerable.Repeat(stored, bytes)], bytes, cells), value => (byte)value);
}
