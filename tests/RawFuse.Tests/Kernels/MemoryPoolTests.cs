using System.Runtime.CompilerServices;
using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

public sealed class MemoryPoolTests
{
    [Theory]
    [InlineData(0, 256)]
    [InlineData(1, 256)]
    [InlineData(256, 256)]
    [InlineData(257, 320)]
    [InlineData(320, 320)]
    [InlineData(321, 384)]
    [InlineData(449, 512)]
    [InlineData(513, 640)]
    [InlineData(1_000_000, 1_048_576)]
    [InlineData(1_048_577, 1_310_720)]
    [InlineData(3_000_000_000, 3_221_225_472)]
    public void SizeClassIsAQuarterOfAPowerOfTwo(long bytes, long expected) => Assert.Equal(expected, MemoryPool.SizeClass(bytes));

    [Fact]
    public void SizeClassesWasteAtMostAQuarter()
    {
        for (long bytes = 257; bytes < 20_000; bytes++)
        {
            long size = MemoryPool.SizeClass(bytes);
            Assert.InRange(size, bytes, bytes * 5 / 4);
            Assert.Equal(size, MemoryPool.SizeClass(size));
        }
    }

    [Fact]
    public void RepeatedWorkTakesNothingFromTheSystem()
    {
        using var device = new CpuDevice(1);
        for (int pass = 0; pass < 5; pass++)
        {
            using Storage<float> a = device.Allocate<float>(1000), b = device.Allocate<float>(1001);
            using Storage<byte> c = device.Allocate<byte>(5);
            Assert.Equal(3, device.Pool.SystemAllocations);
            Assert.Equal(4096 + 4096 + 256, device.Pool.BytesInUse);
        }

        Assert.Equal(0, device.Pool.BytesInUse);
        Assert.Equal(4096 + 4096 + 256, device.Pool.BytesReserved);
    }

    [Fact]
    public void BuffersThatLiveTogetherDoNotShareMemory()
    {
        using var device = new CpuDevice(1);
        using Storage<int> a = device.Allocate<int>([1, 2, 3]), b = device.Allocate<int>([4, 5, 6]);
        Assert.Equal([1, 2, 3], a.ToArray());
        Assert.Equal([4, 5, 6], b.ToArray());
    }

    [Fact]
    public void PeakIsTheLargestUseSinceItsReset()
    {
        using var device = new CpuDevice(1);
        device.Allocate<byte>(1024).Dispose();
        using Storage<byte> kept = device.Allocate<byte>(512);
        Assert.Equal(1024, device.Pool.PeakBytesInUse);
        device.Pool.ResetPeak();
        Assert.Equal(512, device.Pool.PeakBytesInUse);
        device.Allocate<byte>(256).Dispose();
        Assert.Equal(768, device.Pool.PeakBytesInUse);
    }

    [Fact]
    public void TrimGivesBackWhatIsFreeAndOnlyThat()
    {
        using var device = new CpuDevice(1);
        using Storage<byte> kept = device.Allocate<byte>([7]);
        device.Allocate<byte>(1024).Dispose();
        device.Pool.Trim();
        Assert.Equal(256, device.Pool.BytesReserved);
        Assert.Equal([7], kept.ToArray());
        device.Allocate<byte>(1024).Dispose();
        Assert.Equal(3, device.Pool.SystemAllocations);
    }

    [Fact]
    public void AFailedAllocationIsNotCounted()
    {
        int tries = 0;
        using var pool = new MemoryPool(_ => throw new OutOfMemoryException($"try {++tries}"));
        DeviceMemoryException exception = Assert.Throws<DeviceMemoryException>(() => pool.Rent(1000));
        Assert.Equal("try 2", exception.InnerException!.Message);
        Assert.Equal((1024, 0, 0), (exception.BytesAsked, exception.BytesInUse, exception.BytesReserved));
        Assert.Equal((0, 0, 0, 0), (pool.BytesInUse, pool.PeakBytesInUse, pool.BytesReserved, pool.SystemAllocations));
    }

    [Fact]
    public void CachedBlocksAreGivenUpBeforeARequestFails()
    {
        using var device = new CpuDevice(1);
        device.Pool.Limit = 4096;
        device.Allocate<byte>(3072).Dispose();
        using Storage<byte> kept = device.Allocate<byte>(2048);
        Assert.Equal(2048, device.Pool.BytesReserved);
        DeviceMemoryException exception = Assert.Throws<DeviceMemoryException>(() => device.Allocate<byte>(2049));
        Assert.Equal((2560, 2048, 2048), (exception.BytesAsked, exception.BytesInUse, exception.BytesReserved));
        Assert.Contains("a buffer of 0.0 MiB does not fit", exception.Message);
        device.Allocate<byte>(2048).Dispose();
    }

    [Fact]
    public void ForgottenBuffersComeBackBeforeARequestFails()
    {
        using var device = new CpuDevice(1);
        device.Pool.Limit = 4096;
        for (int i = 0; i < 10; i++)
        {
            Forget(device);
            Assert.Equal(3072, device.Pool.BytesInUse);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(CpuDevice device) => device.Allocate<byte>(3072);
    }

    [Fact]
    public void ADisposedPoolRefusesRequestsAndFreesWhatStillComesBack()
    {
        var pool = new MemoryPool(bytes => new CountedMemory(bytes));
        DeviceMemory early = pool.Rent(256), late = pool.Rent(256);
        pool.Return(early);
        pool.Dispose();
        Assert.True(((CountedMemory)early).Disposed);
        pool.Return(late);
        Assert.True(((CountedMemory)late).Disposed);
        Assert.Equal((0, 0), (pool.BytesInUse, pool.BytesReserved));
        Assert.Throws<ObjectDisposedException>(() => pool.Rent(1));
    }

    private sealed class CountedMemory(long bytes) : DeviceMemory(bytes)
    {
        public bool Disposed { get; private set; }

        public override void Dispose() => Disposed = true;
    }
}
