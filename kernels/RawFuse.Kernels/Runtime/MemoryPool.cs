using System.Numerics;

namespace RawFuse.Kernels;

/// <summary>
/// A caching allocator. Sizes are rounded up to four classes per power of two (at most 25% waste), and a block that
/// comes back waits in its class for the next request. Thread-safe.
/// <para>
/// A block is handed out again at once, perhaps while kernels launched for its last owner still use it. That does no harm to whoever works in the order of the device's calls, as kernels,
/// uploads and downloads do; an <see cref="Uploader"/>, which does not, waits for those kernels.
/// </para>
/// <para>
/// When there is no room, buffers that were forgotten (by work that an exception ended, say) are brought back by the garbage collector, all cached blocks are
/// given up, and the request is tried once more.
/// </para>
/// </summary>
public sealed class MemoryPool : IDisposable
{
    private const int SmallestClass = 256;

    private readonly Func<long, DeviceMemory> allocate;
    private readonly Dictionary<long, Stack<DeviceMemory>> free = [];

    /// <summary>Held here, so that a forgotten buffer's block outlives the buffer, whose finalizer returns it.</summary>
    private readonly HashSet<DeviceMemory> live = [];

    private readonly Lock gate = new();
    private bool disposed;

    internal MemoryPool(Func<long, DeviceMemory> allocate) => this.allocate = allocate;

    /// <summary>The most bytes to take from the system; without a limit, all it gives. What is taken already stays.</summary>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>Bytes held by live buffers.</summary>
    public long BytesInUse { get; private set; }

    /// <summary>The largest value of <see cref="BytesInUse"/> since the start or the last <see cref="ResetPeak"/>.</summary>
    public long PeakBytesInUse { get; private set; }

    /// <summary>Bytes taken from the system: live buffers and cached blocks.</summary>
    public long BytesReserved { get; private set; }

    /// <summary>How often a request could not be served from the cache.</summary>
    public long SystemAllocations { get; private set; }

    /// <summary>Starts a new measurement of the peak.</summary>
    public void ResetPeak()
    {
        lock (gate) PeakBytesInUse = BytesInUse;
    }

    /// <summary>Gives all cached blocks back to the system.</summary>
    public void Trim()
    {
        lock (gate)
        {
            foreach (Stack<DeviceMemory> blocks in free.Values)
            {
                while (blocks.TryPop(out DeviceMemory? block))
                {
                    BytesReserved -= block.Bytes;
                    block.Dispose();
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            Trim();
            disposed = true;
        }
    }

    /// <exception cref="DeviceMemoryException">There is no room.</exception>
    internal DeviceMemory Rent(long bytes)
    {
        long size = SizeClass(bytes);
        if (TryRent(size, out _) is { } block) return block;

        // Not under the lock, which finalizers take.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Trim();
        return TryRent(size, out Exception? cause) ?? throw new DeviceMemoryException(size, BytesInUse, BytesReserved, cause);
    }

    internal void Return(DeviceMemory block)
    {
        lock (gate)
        {
            live.Remove(block);
            BytesInUse -= block.Bytes;
            if (disposed)
            {
                BytesReserved -= block.Bytes;
                block.Dispose();
                return;
            }

            if (!free.TryGetValue(block.Bytes, out Stack<DeviceMemory>? blocks)) free[block.Bytes] = blocks = new Stack<DeviceMemory>();
            blocks.Push(block);
        }
    }

    /// <summary>A block from the cache or from the system; null where there is no room, with what the system says to it.</summary>
    private DeviceMemory? TryRent(long size, out Exception? cause)
    {
        cause = null;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (!free.TryGetValue(size, out Stack<DeviceMemory>? blocks) || !blocks.TryPop(out DeviceMemory? block))
            {
                if (size > Limit - BytesReserved) return null;
                try
                {
                    block = allocate(size);
                }
                catch (OutOfMemoryException exception)
                {
                    cause = exception;
                    return null;
                }

                BytesReserved += size;
                SystemAllocations++;
            }

            live.Add(block);
            BytesInUse += size;
            PeakBytesInUse = Math.Max(PeakBytesInUse, BytesInUse);
            return block;
        }
    }

    /// <summary>The smallest of 2^k, 1.25*2^k, 1.5*2^k, 1.75*2^k that holds the request, and at least 256 bytes.</summary>
    internal static long SizeClass(long bytes)
    {
        if (bytes <= SmallestClass) return SmallestClass;
        long quarter = (long)BitOperations.RoundUpToPowerOf2((ulong)bytes) / 8;
        quarter = Math.Max(quarter, SmallestClass / 4);
        return (bytes + quarter - 1) / quarter * quarter;
    }
}
