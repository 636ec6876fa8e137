using RawFuse.Kernels;

namespace RawFuse;

/// <summary>Hands out buffers while a computation is laid out: one that was given back serves the next that is no longer than it.</summary>
internal sealed class BufferPlan(Device device) : IDisposable
{
    private readonly List<Storage<float>> all = [];
    private readonly List<Storage<float>> free = [];

    /// <summary>The shortest free buffer of that length or more, or a new one.</summary>
    public Storage<float> Take(int length)
    {
        Storage<float>? best = free.Where(buffer => buffer.Length >= length).MinBy(buffer => buffer.Length);
        if (best is not null)
        {
            free.Remove(best);
            return best;
        }

        Storage<float> buffer = device.Allocate<float>(length);
        all.Add(buffer);
        return buffer;
    }

    /// <summary>Takes a buffer back whose values are not needed any more at this point of the computation.</summary>
    public void Give(Storage<float> buffer) => free.Add(buffer);

    public void Dispose()
    {
        foreach (Storage<float> buffer in all) buffer.Dispose();
    }
}
