using RawFuse.KernelCases;
using RawFuse.Kernels;

namespace RawFuse.Tests.Faults;

/// <summary>The kernels over faulty cells: all devices and vector widths give the same bytes, in both orders of the weights.</summary>
public sealed unsafe class FaultKernelTests(EmulatorFixture emulator) : IClassFixture<EmulatorFixture>
{
    /// <summary>Sizes on both sides of a group, and of several vectors of groups.</summary>
    private static readonly int[] Counts = [0, 1, 15, 16, 17, 1000, 4097];

    public static TheoryData<int, double, FaultModel> DrawnCases
    {
        get
        {
            var cases = new TheoryData<int, double, FaultModel>();
            foreach (int count in Counts)
                foreach (double ber in (double[])[0, 0.01, 0.37, 1])
                    foreach (FaultModel model in Enum.GetValues<FaultModel>())
                        cases.Add(count, ber, model);
            return cases;
        }
    }

    public static TheoryData<int, int> MappedCases
    {
        get
        {
            var cases = new TheoryData<int, int>();
            foreach (int count in Counts)
                foreach (int repeat in (int[])[1, 16])
                    cases.Add(count, repeat);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(DrawnCases))]
    public void Drawn_cells_are_the_same_on_all_devices(int count, double ber, FaultModel model) =>
        DevicesAgree(count, _ => FaultCells.Drawn(77, ber, model, firstGroup: uint.MaxValue - 3L));

    [Theory]
    [MemberData(nameof(MappedCases))]
    public void Mapped_cells_are_the_same_on_all_devices(int count, int repeat)
    {
        byte[] keep = FaultTestData.Bytes(5 * 16, 1), toggle = FaultTestData.Bytes(5 * 16, 2);
        DevicesAgree(count, device => FaultCells.Mapped(device.Allocate<byte>(keep), device.Allocate<byte>(toggle), repeat, firstGroup: 3));
    }

    /// <summary>The last items of a tensor that takes several, with more threads than one.</summary>
    [Fact]
    public void Threads_do_not_matter()
    {
        sbyte[] clean = FaultTestData.Weights(100_003);
        FaultCells cells = FaultCells.Drawn(5, 0.02, FaultModel.StuckAt);
        sbyte[] expected = FaultTestData.Inject(FaultTestData.OneThread, clean, clean.Length, cells);
        Assert.Equal(expected, FaultTestData.Inject(FaultTestData.TwoThreads, clean, clean.Length, cells));
    }

    /// <summary>Cells read from a map do what its definition says.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void Mapped_cells_follow_the_map(int repeat)
    {
        byte[] keep = FaultTestData.Bytes(5 * 16, 1), toggle = FaultTestData.Bytes(5 * 16, 2);
        sbyte[] clean = FaultTestData.Weights(2000);
        CpuDevice device = FaultTestData.OneThread;
        FaultCells cells = FaultCells.Mapped(device.Allocate<byte>(keep), device.Allocate<byte>(toggle), repeat, firstGroup: 3);
        sbyte[] faulty = FaultTestData.Inject(device, clean, clean.Length, cells);
        for (int i = 0; i < clean.Length; i++)
        {
            int cell = ((3 + (i / 16 / repeat)) % 5 * 16) + (i % 16);
            Assert.Equal((sbyte)((clean[i] & keep[cell]) ^ toggle[cell]), faulty[i]);
        }
    }

    /// <summary>The vectors, which take groups out of order, give what the plain definition gives, also across the end of a small memory.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(1e-9)]
    [InlineData(0.01)]
    [InlineData(0.0588)]
    [InlineData(0.0589)]
    [InlineData(0.5)]
    [InlineData(0.7)]
    [InlineData(1.0)]
    public void Vectors_draw_what_single_lanes_draw(double ber)
    {
        foreach (FaultModel model in Enum.GetValues<FaultModel>())
        {
            foreach (long groups in (long[])[1, 7, 50, FaultCells.MaximumGroups])
            {
                var cells = new DrawnCells(FaultCells.Drawn(ulong.MaxValue, ber, model, firstGroup: uint.MaxValue - 20L, groups));
                AllRunsAgree(cells);
            }
        }
    }

    /// <summary>The same with faulty rows and columns.</summary>
    [Fact]
    public void Vectors_draw_the_lines_that_single_lanes_draw()
    {
        foreach (double ber in (double[])[0, 0.01, 0.5])
        {
            foreach (FaultModel model in Enum.GetValues<FaultModel>())
                AllRunsAgree(new DrawnCells(FaultCells.Drawn(5, ber, model, 100, groups: 2 * 30 * 3).WithLines(0.1, 0.05, rowGroups: 3, bankRows: 30)));
        }
    }

    /// <summary>A mask says in the engine's order what injection does in the order of addresses, and only where it should.</summary>
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 9)]
    [InlineData(10, 51, 1)]
    [InlineData(17, 4, 25)]
    [InlineData(16, 1, 1)]
    [InlineData(32, 7, 9)]
    [InlineData(80, 3, 9)]
    [InlineData(64, 64, 9)]
    [InlineData(128, 116, 9)]
    [InlineData(70, 115, 9)]
    public void Mask_equals_injection(int outChannels, int inChannels, int taps)
    {
        int count = outChannels * inChannels * taps;
        sbyte[] oihw = FaultTestData.Weights(count), hwio = FaultTestData.ToHwio(oihw, outChannels, inChannels, taps);
        foreach (double ber in (double[])[0.01, 0.8])
        {
            FaultCells cells = FaultCells.Drawn(9, ber, FaultModel.StuckAt, firstGroup: 1000);
            sbyte[] expected = FaultTestData.ToHwio(FaultTestData.Inject(FaultTestData.OneThread, oihw, count, cells), outChannels, inChannels, taps);
            foreach (Device device in count < 10_000 ? (Device[])[FaultTestData.TwoThreads, emulator.Device] : [FaultTestData.TwoThreads])
            {
                using Storage<sbyte> packed = device.Allocate<sbyte>(hwio);
                using Storage<byte> mask = device.Allocate<byte>(FaultTestData.Bytes((2 * count) + 1, 3));
                byte[] before = mask.ToArray();
                device.Run<DrawFaultMask, DrawFaultMaskArgs>(new DrawFaultMaskArgs(packed, outChannels, inChannels, taps, cells, mask, count));
                byte[] after = mask.ToArray();
                Assert.Equal(before[..count], after[..count]);
                Assert.Equal(before[^1], after[^1]);

                var apply = new ApplyFaultMaskArgs(packed, count, mask, count);
                device.Run<ApplyFaultMask, ApplyFaultMaskArgs>(apply);
                Assert.Equal(expected, packed.ToArray());
                device.Run<ApplyFaultMask, ApplyFaultMaskArgs>(apply);
                Assert.Equal(hwio, packed.ToArray());
            }
        }
    }

    [Fact]
    public void Gpu_kernels_compile_to_sound_ptx()
    {
        Device device = emulator.Device;
        using Storage<sbyte> bytes = device.Allocate<sbyte>(new sbyte[16]);
        using Storage<byte> mask = device.Allocate<byte>(new byte[16]);
        FaultCells drawn = FaultCells.Drawn(1, 0.1, FaultModel.StuckAt), mapped = FaultCells.Mapped(mask, mask);
        foreach (FaultCells cells in (FaultCells[])[drawn, mapped, drawn.Of(3), mapped.Of(3), FaultCells.MappedRows(mask, mask, 8).Of(3)])
        {
            device.Run<InjectFaults, InjectFaultsArgs>(new InjectFaultsArgs(bytes, 16, cells));
            device.Run<DrawFaultMask, DrawFaultMaskArgs>(new DrawFaultMaskArgs(bytes, 4, 4, 1, cells, mask));
        }

        using Storage<int> touched = device.Allocate<int>(1);
        device.Run<ApplyFaultMask, ApplyFaultMaskArgs>(new ApplyFaultMaskArgs(bytes, 16, mask));
        device.Run<UpdateFaultMask, UpdateFaultMaskArgs>(new UpdateFaultMaskArgs(mask, 16, mask, 0, touched));
        Assert.Equal(8, emulator.Device.LoadedKernels.Count);
        Assert.All(emulator.Device.LoadedKernels, kernel => Assert.Empty(PtxAssembly.Lint(PtxAssembly.Compile(kernel, (8, 0)))));
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        foreach (double ber in (double[])[-0.1, 1.1, double.NaN, double.PositiveInfinity])
            Assert.ThrowsAny<ArgumentException>(() => FaultCells.Drawn(1, ber, FaultModel.Flip));
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.Drawn(1, 0.1, (FaultModel)7));
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.Drawn(1, 0.1, FaultModel.Flip, firstGroup: -1));
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.Drawn(1, 0.1, FaultModel.Flip, groups: 0));

        CpuDevice cpu = FaultTestData.OneThread;
        using Storage<byte> map = cpu.Allocate<byte>(32), shorter = cpu.Allocate<byte>(16), odd = cpu.Allocate<byte>(17), none = cpu.Allocate<byte>(0);
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.Mapped(map, shorter));
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.Mapped(odd, odd));
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.Mapped(none, none));
        Assert.ThrowsAny<ArgumentException>(() => FaultCells.Mapped(map, map, repeat: 0));

        using Storage<sbyte> bytes = cpu.Allocate<sbyte>(32);
        FaultCells cells = FaultCells.Drawn(1, 0.1, FaultModel.Flip);
        foreach (Device device in (Device[])[cpu, emulator.Device])
        {
            Assert.Throws<ArgumentException>(() => device.Run<InjectFaults, InjectFaultsArgs>(new InjectFaultsArgs(bytes, 33, cells)));
            Assert.Throws<ArgumentException>(() => device.Run<DrawFaultMask, DrawFaultMaskArgs>(new DrawFaultMaskArgs(bytes, 33, 1, 1, cells, map)));
            Assert.Throws<ArgumentException>(() => device.Run<DrawFaultMask, DrawFaultMaskArgs>(new DrawFaultMaskArgs(bytes, 4, 4, 2, cells, map, 1)));
            Assert.Throws<ArgumentException>(() => device.Run<DrawFaultMask, DrawFaultMaskArgs>(new DrawFaultMaskArgs(bytes, -4, -4, 2, cells, map)));
            Assert.Throws<ArgumentException>(() => device.Run<ApplyFaultMask, ApplyFaultMaskArgs>(new ApplyFaultMaskArgs(bytes, 32, map, 1)));
        }
    }

    private static void AllRunsAgree(DrawnCells cells)
    {
        RunsAgree<ScalarLane>(cells);
        if (Lanes256.IsSupported) RunsAgree<Lanes256>(cells);
        if (Lanes512.IsSupported) RunsAgree<Lanes512>(cells);
    }

    private static void RunsAgree<TLanes>(DrawnCells cells)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        ulong* memory = stackalloc ulong[FaultList.Words];
        var list = new FaultList(memory);
        foreach ((int start, int count) in ((int, int)[])[(0, FaultList.RunBytes), (48, 16), (4, 4), (172, FaultList.RunBytes - 3), (8, 1029)])
        {
            int entries = new DrawnRuns<TLanes>(cells).Fill(start, count, list);
            var found = new (uint Loss, uint Toggle)[(count + 3) / 4];
            for (int i = 0; i < entries; i++)
            {
                Assert.Equal((0U, 0U), found[list.Quad[i]]);
                found[list.Quad[i]] = (list.Loss[i], list.Toggle[i]);
            }

            for (int i = 0; i < found.Length; i++) Assert.Equal(DrawnDefinition.Quad(cells, (start / 4) + i), found[i]);
        }
    }

    private void DevicesAgree(int count, Func<Device, FaultCells> cells)
    {
        sbyte[] clean = FaultTestData.Weights(count + 5);
        sbyte[] expected = FaultTestData.Inject(FaultTestData.OneThread, clean, count, cells(FaultTestData.OneThread));
        Assert.Equal(clean[count..], expected[count..]);
        Assert.Equal(expected, FaultTestData.Inject(FaultTestData.TwoThreads, clean, count, cells(FaultTestData.TwoThreads)));
        Assert.Equal(expected, FaultTestData.Inject(emulator.Device, clean, count, cells(emulator.Device)));
    }
}
