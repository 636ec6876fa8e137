namespace RawFuse.Kernels;

/// <summary>A phase that ends when this is disposed. See <see cref="Device.Phase"/>.</summary>
public readonly struct PhaseScope : IDisposable
{
    private readonly Device? device;
    private readonly string name;
    private readonly Moment start;

    internal PhaseScope(Device device, string name, Moment start)
    {
        this.device = device;
        this.name = name;
        this.start = start;
    }

    /// <summary>Ends the phase.</summary>
    public void Dispose() => device?.EndPhase(name, start);
}
