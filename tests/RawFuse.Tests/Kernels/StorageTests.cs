using RawFuse.Kernels;

namespace RawFuse.Tests.Kernels;

public sealed class StorageTests : IDisposable
{
    private readonly CpuDevice device = new(1);

    public void Dispose() => device.Dispose();

    [Fact]
    public void LivesUntilTheLastReferenceIsReleased()
    {
        Storage<int> buffer = device.Allocate<int>([1, 2]);
        Assert.Same(buffer, buffer.Share());
        buffer.Dispose();
        Assert.Equal([1, 2], buffer.ToArray());
        buffer.Dispose();
        Assert.Equal(0, device.Pool.BytesInUse);
        Assert.Throws<ObjectDisposedException>(buffer.ToArray);
    }

    [Fact]
    public unsafe void NothingWorksAfterRelease()
    {
        Storage<float> buffer = device.Allocate<float>(4);
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => device.Upload([1f], buffer));
        Assert.Throws<ObjectDisposedException>(() => device.Download(buffer, new float[1]));
        Assert.Throws<ObjectDisposedException>(() => (nint)device.Pointer(buffer));
    }

    [Fact]
    public void ReleasingTooOftenThrowsAndLeavesThePoolAlone()
    {
        Storage<float> buffer = device.Allocate<float>(4);
        buffer.Dispose();
        for (int i = 0; i < 3; i++) Assert.Throws<ObjectDisposedException>(buffer.Dispose);

        // Were the memory in the pool twice, two buffers would share it.
        using Storage<float> a = device.Allocate<float>([1]), b = device.Allocate<float>([2]);
        Assert.Equal([1f], a.ToArray());
    }

    [Fact]
    public void SharingAReleasedBufferThrowsAndDoesNotReviveIt()
    {
        Storage<float> buffer = device.Allocate<float>(4);
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(buffer.Share);
        Assert.Throws<ObjectDisposedException>(buffer.ToArray);
        Assert.Throws<ObjectDisposedException>(buffer.Dispose);
        Assert.Equal(0, device.Pool.BytesInUse);
    }

    [Fact]
    public void CountsReferencesOfManyThreads()
    {
        Storage<int> buffer = device.Allocate<int>([5]);
        Parallel.For(0, 1000, _ => buffer.Share());
        Parallel.For(0, 1000, _ => buffer.Dispose());
        Assert.Equal([5], buffer.ToArray());
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(buffer.ToArray);
    }
}
