using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>The host's processor: kernels' CPU bodies over native-aligned memory and a team of threads.</summary>
public sealed unsafe class CpuDevice : Device
{
    /// <summary>
    /// Readable bytes behind every buffer: the weight gradient loads whole panels of channels, and a panel of 33 channels is
    /// 64 wide, 124 bytes more.
    /// </summary>
    internal const int Slack = 128;

    private readonly ThreadTeam team;
    private readonly Lock gate = new();

    /// <summary>Zeros of growing numbers, the last ones in use: a kernel may still read those before.</summary>
    private readonly List<CpuMemory> zeros = [];

    /// <summary>Makes a CPU device.</summary>
    /// <param name="threads">Threads that share the work, 1 or more; 0 takes one per logical processor.</param>
    /// <param name="convolutions">How convolutions may be computed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public CpuDevice(int threads = 0, ConvolutionMode convolutions = ConvolutionMode.Fast)
    {
        Convolutions = convolutions;
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        team = new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads);
        KernelMeter.Add(this);
    }

    /// <inheritdoc/>
    public override string Name => $"cpu ({Threads} {(Threads == 1 ? "thread" : "threads")}, {InstructionSet})";

    /// <inheritdoc/>
    public override long MemoryBytes => HostMemoryBytes;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Paths => [$"{Threads} {(Threads == 1 ? "thread" : "threads")}", InstructionSet, $"{Convolutions.ToString().ToLowerInvariant()} convolutions"];

    /// <summary>Memory of the host, or what a container leaves of it.</summary>
    internal static long HostMemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>How convolutions may be computed.</summary>
    public ConvolutionMode Convolutions { get; }

    /// <summary>Threads that share the work.</summary>
    public int Threads => team.Size;

    /// <summary>The widest vectors in use.</summary>
    public static string InstructionSet =>
        Vector512.IsHardwareAccelerated ? "512-bit vectors" : Vector256.IsHardwareAccelerated ? "256-bit vectors" : "128-bit vectors";

    /// <summary>
    /// Runs <paramref name="body"/> for every item 0..items-1, spread over the threads. Which thread takes which item is
    /// not fixed, so an item must own what it writes: then results do not depend on the number of threads.
    /// </summary>
    public void For<TBody>(int items, in TBody body)
        where TBody : unmanaged, IParallelBody => team.For(items, in body);

    /// <summary>The same for a body that needs working memory: each thread has <paramref name="scratchBytes"/> of its own, on a 256-byte boundary.</summary>
    public void For<TBody>(int items, long scratchBytes, in TBody body)
        where TBody : unmanaged, IScratchBody
    {
        long stride = (scratchBytes + 255) / 256 * 256;
        DeviceMemory memory = Pool.Rent(stride * (items > 1 ? Threads : 1));
        try
        {
            team.For(items, in body, ((CpuMemory)memory).Address, stride);
        }
        finally
        {
            Pool.Return(memory);
        }
    }

    /// <summary>The address of a buffer's first element. Valid while the buffer is held.</summary>
    public T* Pointer<T>(Storage<T> storage)
        where T : unmanaged => (T*)((CpuMemory)storage.Memory).Address;

    /// <summary>The address of an optional buffer's first element, or null.</summary>
    public T* PointerOrNull<T>(Storage<T>? storage)
        where T : unmanaged => storage is null ? null : Pointer(storage);

    /// <summary>A buffer's elements. Valid while the buffer is held.</summary>
    public Span<T> Span<T>(Storage<T> storage)
        where T : unmanaged => new(Pointer(storage), storage.Length);

    /// <summary>At least so many zeros, for kernels that read beside an image. They are never written.</summary>
    internal float* Zeros(int length)
    {
        long bytes = (long)length * sizeof(float);
        lock (gate)
        {
            if (zeros.Count == 0 || zeros[^1].Bytes < bytes)
            {
                zeros.Add(new CpuMemory(Math.Max(bytes, 2 * (zeros.Count == 0 ? 4096 : zeros[^1].Bytes))));
                new Span<byte>(zeros[^1].Address, checked((int)zeros[^1].Bytes) + Slack).Clear();
            }

            return (float*)zeros[^1].Address;
        }
    }

    /// <inheritdoc/>
    public override Uploader CreateUploader() => new CpuUploader(this);

    /// <inheritdoc/>
    public override void Synchronize()
    {
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        team.Dispose();
        foreach (CpuMemory memory in zeros) memory.Dispose();
        zeros.Clear();
        base.Dispose();
    }

    private protected override void Execute<TKernel, TArgs>(in TArgs args) => TKernel.Cpu(this, in args);

    private protected override DeviceMemory AllocateMemory(long bytes) => new CpuMemory(bytes);

    private protected override void CopyIn(ReadOnlySpan<byte> source, DeviceMemory destination) =>
        source.CopyTo(new Span<byte>(((CpuMemory)destination).Address, source.Length));

    private protected override void CopyOut(DeviceMemory source, Span<byte> destination) =>
        new ReadOnlySpan<byte>(((CpuMemory)source).Address, destination.Length).CopyTo(destination);

    /// <summary>The device's memory is the host's: values are written to their place at once, and kernels are done when their call returns.</summary>
    private sealed class CpuUploader(CpuDevice device) : Uploader(device)
    {
        public override void Complete()
        {
        }

        private protected override Span<byte> Map(DeviceMemory destination, int bytes) => new(((CpuMemory)destination).Address, bytes);
    }

    /// <summary>
    /// Native memory on a 256-byte boundary with <see cref="Slack"/> readable bytes behind it, so that a kernel may
    /// load a whole tile at the end of a buffer and ignore the surplus.
    /// </summary>
    private sealed class CpuMemory(long bytes) : DeviceMemory(bytes)
    {
        public void* Address { get; private set; } = NativeMemory.AlignedAlloc((nuint)(bytes + Slack), 256);

        ~CpuMemory() => Free();

        public override void Dispose()
        {
            Free();
            GC.SuppressFinalize(this);
        }

        private void Free()
        {
            NativeMemory.AlignedFree(Address);
            Address = null;
        }
    }
}
