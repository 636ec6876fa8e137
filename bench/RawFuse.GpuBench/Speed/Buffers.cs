using RawFuse.Kernels;

namespace RawFuse.GpuBench.Speed;

/// <summary>Buffers of random numbers for one case.</summary>
internal sealed class Buffers(Device device)
{
    private readonly Random random = new(1);
    private readonly List<IDisposable> all = [];

    /// <summary>What was made so far, to be released.</summary>
    public IEnumerable<IDisposable> All => all;

    /// <summary>Numbers from 0.5 to 1.5, which are also good for variances and factors.</summary>
    public Storage<float> Positives(int length)
    {
        var values = new float[length];
        foreach (ref float value in values.AsSpan()) value = 0.5f + random.NextSingle();
        return Keep(device.Allocate<float>(values));
    }

    /// <summary>Numbers from -0.5 to 0.5.</summary>
    public Storage<float> Reals(int length)
    {
        var values = new float[length];
        foreach (ref float value in values.AsSpan()) value = random.NextSingle() - 0.5f;
        return Keep(device.Allocate<float>(values));
    }

    /// <summary>Room for results.</summary>
    public Storage<T> Empty<T>(int length)
        where T : unmanaged => Keep(device.Allocate<T>(length));

    private Storage<T> Keep<T>(Storage<T> storage)
        where T : unmanaged
    {
        all.Add(storage);
        return storage;
    }
}
