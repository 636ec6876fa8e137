using System.Runtime.InteropServices;

namespace RawFuse.Kernels;

/// <summary>
/// Where kernels run and buffers live. A device owns a pool of memory; buffers handed back are reused, so that a
/// repeated computation allocates nothing after its first pass.
/// <para>
/// Kernels, uploads and downloads take effect in the order of the calls. One thread at a time makes them; beside it, others may take buffers, give them back, and use an
/// <see cref="Uploader"/> each.
/// </para>
/// </summary>
public abstract class Device : IDisposable
{
    private long uploads, downloads;

    private protected Device() => Pool = new MemoryPool(AllocateMemory);

    /// <summary>What a person reads: the processor's or accelerator's name.</summary>
    public abstract string Name { get; }

    /// <summary>Bytes of memory it has, or may take of the host's.</summary>
    public abstract long MemoryBytes { get; }

    /// <summary>Which of the code's ways to compute it takes, in words.</summary>
    public abstract IReadOnlyList<string> Paths { get; }

    /// <summary>The pool that all buffers of this device come from.</summary>
    public MemoryPool Pool { get; }

    /// <summary>
    /// Who is told of every kernel and phase; null for nobody. Then a kernel costs no more than a look whether anyone listens. A GPU tells when the host next waits for it.
    /// </summary>
    public IKernelListener? Listener { get; set; }

    /// <summary>Copies of buffers from the host so far.</summary>
    public long Uploads => Interlocked.Read(ref uploads);

    /// <summary>Copies of buffers to the host so far. Each makes the host wait for all kernels before it.</summary>
    public long Downloads => Interlocked.Read(ref downloads);

    private bool IsObserved => Listener is not null || KernelEvents.IsOn || KernelMeter.IsOn;

    /// <summary>Runs a kernel. Work on one device happens in the order of the calls.</summary>
    public void Run<TKernel, TArgs>(in TArgs args)
        where TKernel : IKernel<TArgs>
        where TArgs : struct
    {
        if (IsObserved) RunObserved<TKernel, TArgs>(in args);
        else Execute<TKernel, TArgs>(in args);
    }

    /// <summary>Marks a stretch of work for whoever listens: <c>using PhaseScope phase = device.Phase("backward");</c>.</summary>
    /// <param name="name">What is done in it.</param>
    public PhaseScope Phase(string name) => IsObserved ? new PhaseScope(this, name, Mark()) : default;

    /// <summary>Takes a buffer from the pool. Its contents are undefined.</summary>
    /// <param name="length">Number of elements, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="DeviceMemoryException">The device has no room for it.</exception>
    public unsafe Storage<T> Allocate<T>(int length)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new Storage<T>(this, Pool.Rent((long)length * sizeof(T)), length);
    }

    /// <summary>Takes a buffer from the pool and fills it with the given values.</summary>
    /// <exception cref="DeviceMemoryException">The device has no room for it.</exception>
    public Storage<T> Allocate<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        Storage<T> storage = Allocate<T>(values.Length);
        Upload(values, storage);
        return storage;
    }

    /// <summary>Copies host values to the start of a buffer. They may change as soon as this returns, whether or not the device has got that far.</summary>
    /// <exception cref="ArgumentException">The buffer is shorter than the values.</exception>
    public void Upload<T>(ReadOnlySpan<T> values, Storage<T> destination)
        where T : unmanaged
    {
        CheckOwner(destination);
        if (values.Length > destination.Length)
            throw new ArgumentException($"Upload: {values.Length} values do not fit a buffer of {destination.Length}.", nameof(values));
        if (values.IsEmpty) return;
        CopyIn(MemoryMarshal.AsBytes(values), destination.Memory);
        CountUpload();
    }

    /// <summary>Waits for all work before it and copies the start of a buffer to the host.</summary>
    /// <exception cref="ArgumentException">The buffer is shorter than the destination.</exception>
    public void Download<T>(Storage<T> source, Span<T> destination)
        where T : unmanaged
    {
        CheckOwner(source);
        if (destination.Length > source.Length)
            throw new ArgumentException($"Download: {destination.Length} values were asked of a buffer of {source.Length}.", nameof(destination));
        if (destination.IsEmpty) return;
        CopyOut(source.Memory, MemoryMarshal.AsBytes(destination));
        Interlocked.Increment(ref downloads);
    }

    /// <summary>Makes a way to bring values to the device while its kernels run.</summary>
    /// <returns>The caller's to dispose, before the device.</returns>
    public abstract Uploader CreateUploader();

    /// <summary>Waits until all work given to the device is done.</summary>
    public abstract void Synchronize();

    /// <summary>Frees the device's memory. Buffers of a disposed device must not be used again.</summary>
    public virtual void Dispose()
    {
        KernelMeter.Remove(this);
        Pool.Dispose();
        GC.SuppressFinalize(this);
    }

    internal void CountUpload() => Interlocked.Increment(ref uploads);

    internal void EndPhase(string name, Moment start) => Observe(new Observation(name, IsKernel: false, null, start, Mark(), Listener));

    /// <summary>The end of all work given to the device so far.</summary>
    private protected virtual Moment Mark() => new HostMoment();

    /// <summary>Reports what was observed, now or as soon as its times are known.</summary>
    private protected virtual void Observe(in Observation observation) => observation.Report();

    private protected abstract void Execute<TKernel, TArgs>(in TArgs args)
        where TKernel : IKernel<TArgs>
        where TArgs : struct;

    /// <exception cref="OutOfMemoryException">The device has no room for it.</exception>
    private protected abstract DeviceMemory AllocateMemory(long bytes);

    private protected abstract void CopyIn(ReadOnlySpan<byte> source, DeviceMemory destination);

    private protected abstract void CopyOut(DeviceMemory source, Span<byte> destination);

    private void RunObserved<TKernel, TArgs>(in TArgs args)
        where TKernel : IKernel<TArgs>
        where TArgs : struct
    {
        Moment start = Mark();
        Execute<TKernel, TArgs>(in args);
        Observe(new Observation(KernelName<TKernel>.Text, IsKernel: true, args is IKernelCost known ? known.Cost : null, start, Mark(), Listener));
    }

    private void CheckOwner<T>(Storage<T> storage)
        where T : unmanaged
    {
        if (storage.Device != this)
            throw new ArgumentException($"The buffer lives on '{storage.Device.Name}', not on '{Name}'.", nameof(storage));
    }
}
