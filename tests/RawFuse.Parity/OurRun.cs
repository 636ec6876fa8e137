using RawFuse.Kernels;

namespace RawFuse.Parity;

/// <summary>One execution on our side: the device, and whatever must outlive the backward pass.</summary>
internal sealed class OurRun(Device device) : IDisposable
{
    private readonly Stack<IDisposable> owned = new();

    public Device Device => device;

    /// <summary>Keeps something until the run is over.</summary>
    public T Own<T>(T thing)
        where T : IDisposable
    {
        owned.Push(thing);
        return thing;
    }

    public void Dispose()
    {
        while (owned.TryPop(out IDisposable? thing)) thing.Dispose();
    }
}
