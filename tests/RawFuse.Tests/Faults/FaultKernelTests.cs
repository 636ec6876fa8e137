using RawFuse.Kernels;

namespace RawFuse.Tests.Faults;

/// <summary>The two kernels over faulty cells: all devices and vector widths give the same bytes, in both orders.</summary>
public sealed class FaultKernelTests : IClassFixture<EmulatorFixture>
{
    private readonly EmulatorFixture emulator;

    public FaultKernelTests(EmulatorFixture emulator) => this.emulator = emulator;

    public static TheoryData<int, double, FaultModel> Cases
    {
        get
        {
            var cases = new TheoryData<int, double, FaultModel>();
            foreach (int count in (int[])[0, 1, 15, 16, 17, 1000, 4097])
                foreach (double ber in (double[])[0, 0.01, 0.37, 1])
                    foreach (FaultModel model in Enum.GetValues<FaultModel>())
                        cases.Add(count, ber, model);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Devices_agree_in_place(int count, double ber, FaultModel model)
    {
        sbyte[] clean = Weights(count + 5);
        FaultCells cells = FaultCells.Drawn(77, ber, model, firstGroup: uint.MaxValue - 3L);
        sbyte[] expected = Inject(FaultTestDevices.OneThread, clean, count, cells);
        Assert.Equal(clean[count..], expected[count..]);
        Assert.Equal(expected, Inject(FaultTestDevices.TwoThreads, clean, count, cells));
        Assert.Equal(expected, Inject(emulator.Device, clean, count, cells));
    }

    internal static sbyte[] Inject(Device device, sbyte[] clean, int count, FaultCells cells)
    {
        using Storage<sbyte> bytes = device.Allocate<sbyte>(clean);
        device.Run<InjectFaults, InjectFaultsArgs>(new InjectFaultsArgs(bytes, count, cells));
        return bytes.ToArray();
    }

    private static sbyte[] Weights(int count)
    {
        var weights = new sbyte[count];
        new Random(count).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(weights.AsSpan()));
        return weights;
    }
}
