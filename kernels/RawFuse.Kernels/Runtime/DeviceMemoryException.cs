namespace RawFuse.Kernels;

/// <summary>A device has no room for a buffer, even after all cached blocks were given back.</summary>
public sealed class DeviceMemoryException : Exception
{
    internal DeviceMemoryException(long asked, long inUse, long reserved, Exception? inner)
        : base($"Out of device memory: a buffer of {MiB(asked)} does not fit, {MiB(inUse)} are in use and {MiB(reserved)} reserved.", inner) =>
        (BytesAsked, BytesInUse, BytesReserved) = (asked, inUse, reserved);

    /// <summary>Size of the buffer in bytes, as the pool rounds it.</summary>
    public long BytesAsked { get; }

    /// <summary>Bytes that live buffers held.</summary>
    public long BytesInUse { get; }

    /// <summary>Bytes taken from the system.</summary>
    public long BytesReserved { get; }

    private static string MiB(long bytes) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / 1048576.0:N1} MiB");
}
