using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Training;

/// <summary>Looks at all gradients of a network before an optimizer uses them: one pass over them on the device, and a few bytes to the host.</summary>
internal sealed class GradientCheck : IDisposable
{
    private readonly Network network;
    private readonly ParameterSpec[] trained;
    private readonly FlaggedTensor[] looked;
    private readonly Storage<int> flags;
    private readonly int[] found;

    public GradientCheck(Network network)
    {
        this.network = network;
        trained = [.. network.Definition.Parameters.Where(parameter => parameter.IsTrained)];
        looked = new FlaggedTensor[trained.Length];
        found = new int[trained.Length];
        flags = network.Device.Allocate<int>(Math.Max(1, trained.Length));
    }

    /// <summary>Waits for the gradients.</summary>
    /// <returns>The last tensor in the definition's order whose gradient is not finite: gradients come from the output, so those before it caught it from there. Null if all are finite.</returns>
    public string? LastNonFinite()
    {
        int count = 0;
        foreach (ParameterSpec parameter in trained)
            if (network[parameter.Name].Gradient is { } gradient) looked[count++] = new FlaggedTensor(gradient.Storage, gradient.Length);
        if (count == 0) return null;
        network.Device.Run<FlagNonFinite, FlagNonFiniteArgs>(new(looked.AsMemory(0, count), flags));
        network.Device.Download(flags, found.AsSpan(0, count));
        int last = found.AsSpan(0, count).LastIndexOf(1);
        return last < 0 ? null : trained.Where(parameter => network[parameter.Name].Gradient is not null).ElementAt(last).Name;
    }

    public void Dispose() => flags.Dispose();
}
