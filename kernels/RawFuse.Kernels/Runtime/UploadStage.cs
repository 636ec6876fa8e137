using ILGPU;
using ILGPU.Runtime;

namespace RawFuse.Kernels;

/// <summary>
/// Uploads that take their turn among the kernels of a stream, while the host goes on: values are put down in page-locked memory, from which the stream fetches them when it gets there.
/// The memory has two halves. One is filled again when all copies from it are done, which the marker behind them tells; that is the only wait.
/// </summary>
internal sealed class UploadStage(Accelerator accelerator) : IDisposable
{
    private const int HalfBytes = 4 * 1024 * 1024;

    private readonly AcceleratorStream stream = accelerator.DefaultStream;
    private readonly PageLockedMemory memory = new(accelerator, 2 * HalfBytes);
    private readonly ProfilingMarker?[] ends = new ProfilingMarker?[2];
    private readonly Lock gate = new();
    private int half, used;

    /// <summary>Copies values to device memory. They may change as soon as this returns.</summary>
    public void Copy(ReadOnlySpan<byte> source, ArrayView<byte> destination)
    {
        lock (gate)
        {
            for (int done = 0; done < source.Length;)
            {
                if (used == HalfBytes) Turn();
                int count = Math.Min(source.Length - done, HalfBytes - used), start = (half * HalfBytes) + used;
                source.Slice(done, count).CopyTo(memory.Span[start..]);
                memory.CopyTo(stream, start, destination.SubView(done, count));
                done += count;
                used += count;
            }
        }
    }

    /// <summary>The stream must be idle.</summary>
    public void Dispose()
    {
        foreach (ProfilingMarker? end in ends) end?.Dispose();
        memory.Dispose();
    }

    private void Turn()
    {
        ends[half] = stream.AddProfilingMarker();
        half = 1 - half;
        used = 0;
        ends[half]?.Synchronize();
        ends[half]?.Dispose();
        ends[half] = null;
    }
}
