namespace RawFuse.Kernels;

/// <summary>
/// A typed buffer on a device. It is counted: it starts with one reference, and when the last one is released its
/// memory goes back to the device's pool. A buffer that is forgotten goes back when the garbage collector finds it.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class Storage<T> : IDisposable
    where T : unmanaged
{
    private readonly DeviceMemory memory;
    private int references = 1;

    internal Storage(Device device, DeviceMemory memory, int length)
    {
        Device = device;
        Length = length;
        this.memory = memory;
    }

    /// <summary>Brings back what was forgotten.</summary>
    ~Storage()
    {
        if (references > 0) Device.Pool.Return(memory);
    }

    /// <summary>The device the buffer lives on.</summary>
    public Device Device { get; }

    /// <summary>Number of elements.</summary>
    public int Length { get; }

    /// <summary>The memory behind the buffer.</summary>
    /// <exception cref="ObjectDisposedException">The last reference was released.</exception>
    internal DeviceMemory Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref references) <= 0, this);
            return memory;
        }
    }

    /// <summary>Whether anyone else holds a reference: then the values must not be changed in place.</summary>
    public bool IsShared => Volatile.Read(ref references) > 1;

    /// <summary>Adds a reference and returns this buffer.</summary>
    /// <exception cref="ObjectDisposedException">The last reference was released.</exception>
    public Storage<T> Share()
    {
        // Never raises the count of a released buffer, not even for a moment: its memory may be another's by now.
        int held;
        do
        {
            held = Volatile.Read(ref references);
            ObjectDisposedException.ThrowIf(held <= 0, this);
        }
        while (Interlocked.CompareExchange(ref references, held + 1, held) != held);

        return this;
    }

    /// <summary>Releases one reference.</summary>
    /// <exception cref="ObjectDisposedException">All references were released before.</exception>
    public void Dispose()
    {
        int left = Interlocked.Decrement(ref references);
        if (left > 0) return;
        GC.SuppressFinalize(this);
        if (left == 0) Device.Pool.Return(memory);
        else throw new ObjectDisposedException(nameof(Storage<T>), "A buffer was released more often than it was shared.");
    }

    /// <summary>Copies the whole buffer to a new array on the host.</summary>
    public T[] ToArray()
    {
        var values = new T[Length];
        Device.Download(this, values);
        return values;
    }
}
