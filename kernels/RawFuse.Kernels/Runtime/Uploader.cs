using System.Runtime.InteropServices;

namespace RawFuse.Kernels;

/// <summary>
/// Brings values into new buffers beside a device's kernels, not among them as <see cref="Device.Upload"/> does: while those of one batch run, the next batch is written to the host
/// memory that this hands out, and copied. For one thread at a time, which need not be the one that runs kernels.
/// <para>
/// What makes this safe: a new buffer's memory may still be read by kernels launched before its last owner gave it back, so nothing is written to it until those are done; and the
/// values are there when <see cref="Complete"/> returns, so kernels launched after that find them.
/// </para>
/// </summary>
public abstract class Uploader : IDisposable
{
    private protected Uploader(Device device) => Device = device;

    /// <summary>Where the buffers live.</summary>
    public Device Device { get; }

    /// <summary>Takes a buffer from the pool. The earlier this is called, the fewer kernels <see cref="Complete"/> has to wait for.</summary>
    /// <param name="length">Number of elements, at least 0.</param>
    /// <param name="values">Where to write all of the values, before <see cref="Complete"/>; undefined until then.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="DeviceMemoryException">The device has no room for it.</exception>
    public unsafe Storage<T> Allocate<T>(int length, out Span<T> values)
        where T : unmanaged
    {
        Storage<T> storage = Device.Allocate<T>(length);
        values = MemoryMarshal.Cast<byte, T>(Map(storage.Memory, checked(length * sizeof(T))));
        Device.CountUpload();
        return storage;
    }

    /// <summary>Returns when the values of all buffers since the last call are on the device.</summary>
    public abstract void Complete();

    /// <summary>Gives the host memory back. Values that were not completed are lost.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    private protected abstract Span<byte> Map(DeviceMemory destination, int bytes);
}
