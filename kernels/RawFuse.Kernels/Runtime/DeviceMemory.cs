namespace RawFuse.Kernels;

/// <summary>A block of a device's memory, aligned to at least 256 bytes. Owned by a <see cref="MemoryPool"/>.</summary>
public abstract class DeviceMemory(long bytes) : IDisposable
{
    /// <summary>Usable size in bytes.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>Gives the memory back to the system.</summary>
    public abstract void Dispose();
}
