using System.Collections.Concurrent;
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

    /// <summary>More than all page-locked memory that uploads pass through, and then some small ones over its end.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void BringsBackMoreThanFitsThePageLockedMemory(string kind)
    {
        using Device device = Open(kind);
        int[] values = [.. Enumerable.Range(0, 5_000_000)];
        using Storage<int> large = device.Allocate<int>(values);
        Storage<int>[] small = [.. Enumerable.Range(0, 300).Select(i => device.Allocate<int>(values.AsSpan(i, 9999)))];
        Assert.True(large.ToArray().AsSpan().SequenceEqual(values));
        for (int i = 0; i < small.Length; i++)
            using (small[i])
                Assert.True(small[i].ToArray().AsSpan().SequenceEqual(values.AsSpan(i, 9999)));
        Assert.Equal((301, 301), (device.Uploads, device.Downloads));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void UploadersBringValuesInRounds(string kind)
    {
        using Device device = Open(kind);
        using Uploader uploader = device.CreateUploader();
        foreach (int length in (int[])[3, 0, 5000, 1])
        {
            using Storage<int> numbers = uploader.Allocate(length, out Span<int> toNumbers);
            using Storage<double> halves = uploader.Allocate(2 * length, out Span<double> toHalves);
            for (int i = 0; i < length; i++) (toNumbers[i], toHalves[i], toHalves[length + i]) = (i, i / 2.0, -i);
            uploader.Complete();
            Assert.Equal(Enumerable.Range(0, length), numbers.ToArray());
            Assert.Equal([.. Enumerable.Range(0, length).Select(i => i / 2.0), .. Enumerable.Range(0, length).Select(i => (double)-i)], halves.ToArray());
        }

        Assert.Equal(8, device.Uploads);
    }

    /// <summary>Both threads take and give back buffers of one size, so that each meets memory the other has just used.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AnUploaderWorksBesideKernels(string kind)
    {
        const int rounds = 50, length = 100;
        using Device device = Open(kind);
        using var uploaded = new BlockingCollection<Storage<float>>(boundedCapacity: 1);
        Task uploads = Task.Run(() =>
        {
            using Uploader uploader = device.CreateUploader();
            for (int round = 0; round < rounds; round++)
            {
                Storage<float> buffer = uploader.Allocate(length, out Span<float> values);
                values.Fill(round);
                uploader.Complete();
                uploaded.Add(buffer);
            }
        });
        for (int round = 0; round < rounds; round++)
        {
            using Storage<float> x = device.Allocate<float>([.. Enumerable.Repeat((float)-round, length)]), y = device.Allocate<float>(length);
            device.Run<CopyBlock, CopyBlockArgs>(new(x, 0, length, y, 0, length, 1, length));
            using Storage<float> beside = uploaded.Take();
            Assert.All(beside.ToArray(), value => Assert.Equal(round, value));
            Assert.All(y.ToArray(), value => Assert.Equal(-round, value));
        }

        await uploads;
        Assert.Equal(0, device.Pool.BytesInUse);
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
        device.Allocate<int>([1, 2, 3]).Dispose();
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
