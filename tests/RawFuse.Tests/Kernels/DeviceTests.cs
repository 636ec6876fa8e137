using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

/// <summary>Buffers on their way between host and device.</summary>
public sealed class DeviceTests
{
    public static TheoryData<string> Kinds => ["cpu", "emulator"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void BringsBackWhatItWasGiven(string kind)
    {
        using Device device = Open(kind);
        foreach (int length in (int[])[0, 1, 63, 64, 65, 1000])
        {
            double[] values = [.. Enumerable.Range(0, length).Select(i => i + 0.5)];
            using Storage<double> buffer = device.Allocate<double>(values);
            Assert.Equal(length, buffer.Length);
            Assert.Equal(values, buffer.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void CopiesToAndFromTheStartOfALongerBuffer(string kind)
    {
        using Device device = Open(kind);
        using Storage<int> buffer = device.Allocate<int>([1, 2, 3]);
        device.Upload([9], buffer);
        var two = new int[2];
        device.Download(buffer, two);
        Assert.Equal([9, 2], two);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void CopiesWhileTheGarbageCollectorMovesArrays(string kind)
    {
        using Device device = Open(kind);
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested) GC.Collect(1, GCCollectionMode.Forced, blocking: true, compacting: true);
        });
        collector.Start();
        try
        {
            for (int round = 0; round < 1500; round++)
            {
                int[] values = [.. Enumerable.Range(round, 2000)];
                using Storage<int> buffer = device.Allocate<int>(values);
                Assert.Equal(values, buffer.ToArray());
            }
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void RefusesCopiesThatDoNotFit(string kind)
    {
        using Device device = Open(kind);
        using Storage<int> buffer = device.Allocate<int>(3);
        Assert.Contains("4 values do not fit a buffer of 3", Assert.Throws<ArgumentException>(() => device.Upload(new int[4], buffer)).Message);
        Assert.Contains("4 values were asked of a buffer of 3", Assert.Throws<ArgumentException>(() => device.Download(buffer, new int[4])).Message);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void RefusesBuffersOfAnotherDevice(string kind)
    {
        using Device device = Open(kind);
        using var other = new CpuDevice(1);
        using Storage<int> foreign = other.Allocate<int>(3);
        Assert.Contains("lives on 'cpu", Assert.Throws<ArgumentException>(() => device.Upload([1], foreign)).Message);
        Assert.Throws<ArgumentException>(() => device.Download(foreign, new int[1]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void RefusesNegativeLengths(string kind)
    {
        using Device device = Open(kind);
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Allocate<int>(-1));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void MayBeDisposedTwice(string kind)
    {
        Device device = Open(kind);
        device.Dispose();
        device.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ForgottenBuffersMayOutliveTheDevice(string kind)
    {
        Forget(kind);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget(string kind)
        {
            using Device device = Open(kind);
            device.Allocate<int>(3);
            device.Allocate<int>([1, 2]).Share();
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SaysWhatItIs(string kind)
    {
        using Device device = Open(kind);
        Assert.InRange(device.MemoryBytes, 1 << 20, long.MaxValue);
        Assert.NotEmpty(device.Paths);
        Assert.Null((device as GpuDevice)?.ComputeCapability);
    }

    [Fact]
    public void NamesItsThreadsAndVectors()
    {
        using var device = new CpuDevice(3);
        Assert.Equal($"cpu (3 threads, {CpuDevice.InstructionSet})", device.Name);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CpuDevice(-1));
    }

    [Fact]
    public unsafe void CpuBuffersAreAlignedAndHaveSlackForWholeTiles()
    {
        using var device = new CpuDevice(1);
        using Storage<float> buffer = device.Allocate<float>(64);
        Assert.Equal(0, (nint)device.Pointer(buffer) % 256);

        // The weight gradient loads whole panels of output gradients, beyond the last channel of the last pixel.
        for (int columns = 1; columns <= 300; columns++)
            Assert.InRange((new Panels(columns).PaddedColumns - columns) * sizeof(float), 0, CpuDevice.Slack);
    }

    private static Device Open(string kind) => kind == "cpu" ? new CpuDevice(2) : GpuDevice.Emulator();
}
