using RawFuse.Kernels;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.NeuralFuse.Profiling;

/// <summary>Something to run over and over under a profiler, on random images. It owns the networks it is made of.</summary>
public abstract class Workload : IDisposable
{
    private protected Workload(string name, Device device, NetworkDefinition classifier, int batch)
    {
        Name = name;
        Device = device;
        var source = new RandomImages(batch, classifier.Output.Channels, classifier.Input.Height, classifier.Input.Width);
        Batch = Batch.From(source, [.. Enumerable.Range(0, batch)], epoch: 0, device);
    }

    /// <summary>What it does, in a few words.</summary>
    public string Name { get; }

    /// <summary>Where it runs.</summary>
    public Device Device { get; }

    private protected Batch Batch { get; }

    /// <summary>Runs it once.</summary>
    public abstract void Run();

    /// <summary>Releases networks and images.</summary>
    public virtual void Dispose() => Batch.Dispose();
}
