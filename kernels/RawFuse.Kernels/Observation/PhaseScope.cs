using System.Diagnostics;

namespace RawFuse.Kernels;

/// <summary>A phase that ends when this is disposed. See <see cref="Device.Phase"/>.</summary>
public readonly struct PhaseScope : IDisposable
{
    private readonly Device? device;
    private readonly string name;
    private readonly long start;

    internal PhaseScope(Device device, string name)
    {
        this.device = device;
        this.name = name;
        start = Stopwatch.GetTimestamp();
    }

    /// <summary>Ends the phase.</summary>
    public void Dispose() => device?.Report(new PhaseRecord(name, start, Stopwatch.GetTimestamp()));
}
