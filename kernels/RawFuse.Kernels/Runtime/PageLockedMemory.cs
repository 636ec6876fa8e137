using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace RawFuse.Kernels;

/// <summary>Host memory that stays where it is, so that a GPU can read it by itself: a copy from it needs neither the driver's own buffers nor a host that waits.</summary>
internal sealed unsafe class PageLockedMemory : IDisposable
{
    /// <summary>Whole pages, since two locked ranges must not share one.</summary>
    private const int PageBytes = 4096;

    private readonly PageLockScope<byte> scope;
    private byte* address;

    /// <param name="accelerator">Who may read it.</param>
    /// <param name="bytes">At least so many.</param>
    public PageLockedMemory(Accelerator accelerator, int bytes)
    {
        Bytes = checked(Math.Max(bytes, 1) + PageBytes - 1) / PageBytes * PageBytes;
        address = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes, PageBytes);
        try
        {
            scope = accelerator.CreatePageLockFromPinned<byte>((nint)address, Bytes);
        }
        catch
        {
            NativeMemory.AlignedFree(address);
            throw;
        }
    }

    public int Bytes { get; }

    public Span<byte> Span => new(address, Bytes);

    /// <summary>Gives a copy to a stream. The bytes must stay as they are until the stream has done it.</summary>
    /// <param name="stream">Which.</param>
    /// <param name="start">First byte here.</param>
    /// <param name="destination">Device memory for as many bytes as it is long.</param>
    public void CopyTo(AcceleratorStream stream, int start, ArrayView<byte> destination)
    {
        if (destination.Length > 0) destination.CopyFromCPUUnsafeAsync(stream, ref address[start], destination.Length);
    }

    /// <summary>No copy from here may be under way any more.</summary>
    public void Dispose()
    {
        scope.Dispose();
        NativeMemory.AlignedFree(address);
        address = null;
    }
}
