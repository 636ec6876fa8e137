using RawFuse.Kernels;

namespace RawFuse.Tests.Faults;

/// <summary>Kernels over weights of fewer than 8 cells, over chosen bits and over faulty rows and columns: all devices give the same bytes.</summary>
public sealed class FieldKernelTests(EmulatorFixture emulator) : IClassFixture<EmulatorFixture>
{
    /// <summary>Sizes on both sides of a group, of an odd number of cells, and of a run of the CPU's buffer.</summary>
    private static readonly int[] Counts = [1, 17, 127, 1025];

    public static TheoryData<int, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int, bool>();
            for (int bits = 2; bits <= 8; bits++)
            {
                cases.Add(bits, false);
                cases.Add(bits, true);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Devices_agree(int bits, bool isSigned)
    {
        byte[] keep = FaultTestData.Bytes(7 * 16, 1), toggle = FaultTestData.Bytes(7 * 16, 2);
        foreach (int count in Counts)
        {
            foreach (byte exposed in (byte[])[0xFF, 0x55])
            {
                FaultCells drawn = FaultCells.Drawn(77, 0.3, FaultModel.StuckAt, firstGroup: uint.MaxValue - 3L).Of(bits, exposed, isSigned);
                Agree(count, bits, _ => drawn);
                Agree(count, bits, _ => FaultCells.Drawn(78, 0.3, FaultModel.Flip, 2, groups: 5).Of(bits, exposed, isSigned));
                Agree(count, bits, _ => FaultCells.Transient(79, 0.3, FaultCells.MaximumAccess).Of(bits, exposed, isSigned));
                Agree(count, bits, device => FaultCells.Mapped(device.Allocate<byte>(keep), device.Allocate<byte>(toggle), 1, 3).Of(bits, exposed, isSigned));
                foreach ((int rowBytes, int repeat) in ((int, int)[])[(16, 3), (7, 1), (1, 5)])
                {
                    Agree(count, bits, device => FaultCells
                        .MappedRows(device.Allocate<byte>(keep), device.Allocate<byte>(toggle), rowBytes, repeat).Of(bits, exposed, isSigned));
                }
            }
        }
    }

    [Theory]
    [InlineData(0.3, 0)]
    [InlineData(0, 0.3)]
    [InlineData(0.2, 0.1)]
    [InlineData(1, 0.1)]
    [InlineData(0, 1)]
    public void Devices_agree_on_lines(double rowRate, double columnRate)
    {
        foreach (FaultModel model in Enum.GetValues<FaultModel>())
        {
            foreach (int count in Counts)
            {
                Agree(count, 8, _ => FaultCells.Drawn(77, 0.05, model, 100, groups: 2 * 300 * 3).WithLines(rowRate, columnRate, rowGroups: 3, bankRows: 300));
                Agree(count, 5, _ => FaultCells.Drawn(77, 0.05, model, 598, groups: 600).WithLines(rowRate, columnRate, 1, bankRows: 200).Of(5, 0xFF, true));
            }
        }
    }

    /// <summary>A mask drawn on top of another one gives what storing twice gives.</summary>
    [Theory]
    [InlineData(6, 3, true)]
    [InlineData(6, 5, false)]
    [InlineData(6, 8, false)]
    [InlineData(32, 3, true)]
    [InlineData(32, 8, false)]
    public void Masks_on_top_equal_injecting_twice(int filters, int bits, bool isSigned)
    {
        sbyte[] oihw = FaultTestData.Weights(filters * 5 * 9, bits), hwio = FaultTestData.ToHwio(oihw, filters, 5, 9);
        FaultCells first = FaultCells.Drawn(1, 0.3, FaultModel.StuckAt).Of(bits, 0xFF, isSigned);
        FaultCells second = FaultCells.Transient(1, 0.3, 4).Of(bits, 0xFF, isSigned);
        sbyte[] once = FaultTestData.Inject(FaultTestData.OneThread, oihw, oihw.Length, first);
        sbyte[] twice = FaultTestData.ToHwio(FaultTestData.Inject(FaultTestData.OneThread, once, oihw.Length, second), filters, 5, 9);
        foreach (Device device in (Device[])[FaultTestData.TwoThreads, emulator.Device])
        {
            using Storage<sbyte> packed = device.Allocate<sbyte>(hwio);
            using Storage<byte> mask = device.Allocate<byte>(oihw.Length);
            device.Run<DrawFaultMask, DrawFaultMaskArgs>(new(packed, filters, 5, 9, first, mask));
            device.Run<DrawFaultMask, DrawFaultMaskArgs>(new(packed, filters, 5, 9, second, mask, OnTop: true));
            device.Run<ApplyFaultMask, ApplyFaultMaskArgs>(new(packed, oihw.Length, mask));
            Assert.Equal(twice, packed.ToArray());
        }
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        FaultCells drawn = FaultCells.Drawn(1, 0.1, FaultModel.Flip);
        foreach (double rate in (double[])[-0.1, 1.1, double.NaN])
        {
            Assert.ThrowsAny<ArgumentException>(() => drawn.WithLines(rate, 0, 1, 1));
            Assert.ThrowsAny<ArgumentException>(() => drawn.WithLines(0, rate, 1, 1));
            Assert.ThrowsAny<ArgumentException>(() => FaultCells.Transient(1, rate, 0));
        }

        Assert.ThrowsAny<ArgumentException>(() => drawn.WithLines(0, 0, 0, 1));
        Assert.ThrowsAny<ArgumentException>(() => drawn.WithLines(0, 0, 1, 0));
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.Transient(1, 0.1, -1));
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.Transient(1, 0.1, FaultCells.MaximumAccess + 1));
        using Storage<byte> map = FaultTestData.OneThread.Allocate<byte>(21);
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.MappedRows(map, map, 0));
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.MappedRows(map, map, 2));
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.MappedRows(map, map, 3, 0));
        Assert.Throws<InvalidOperationException>(() => FaultCells.MappedRows(map, map, 3).WithLines(0, 0, 1, 1));
    }

    private void Agree(int count, int bits, Func<Device, FaultCells> cells)
    {
        sbyte[] clean = FaultTestData.Weights(count, bits), hwio = FaultTestData.ToHwio(clean, count, 1, 1);
        sbyte[] expected = FaultTestData.Inject(FaultTestData.OneThread, clean, count, cells(FaultTestData.OneThread));
        Assert.Equal(expected, FaultTestData.Inject(FaultTestData.TwoThreads, clean, count, cells(FaultTestData.TwoThreads)));
        Assert.Equal(expected, FaultTestData.Inject(emulator.Device, clean, count, cells(emulator.Device)));
        using Storage<sbyte> packed = emulator.Device.Allocate<sbyte>(hwio);
        using Storage<byte> mask = emulator.Device.Allocate<byte>(count);
        emulator.Device.Run<DrawFaultMask, DrawFaultMaskArgs>(new(packed, count, 1, 1, cells(emulator.Device), mask));
        Assert.Equal(expected.Zip(clean, (a, b) => (byte)(a ^ b)), mask.ToArray());
    }
}
