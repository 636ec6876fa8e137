using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Training;

/// <summary>
/// What a gradient step changes in a network besides the parameters, which it leaves alone: running statistics and gradients. For a step that is
/// to be done again from its start.
/// </summary>
internal sealed class StepSnapshot : IDisposable
{
    private readonly Tensor[] statistics, copies;
    private readonly Tensor[] trained;
    private readonly Tensor?[] gradients;

    /// <summary>Makes room for a network's snapshots.</summary>
    public StepSnapshot(Network network)
    {
        trained = [.. network.TrainedTensors];
        gradients = new Tensor?[trained.Length];
        statistics = [.. network.Definition.Parameters.Where(parameter => !parameter.IsTrained).Select(parameter => network[parameter.Name])];
        copies = [.. statistics.Select(tensor => Tensor.Empty(tensor.Device, tensor.Shape))];
    }

    /// <summary>Remembers how things are.</summary>
    public void Take()
    {
        Release();
        for (int i = 0; i < statistics.Length; i++) Copy(statistics[i], copies[i]);

        // Values that are held here are not added to in place.
        for (int i = 0; i < trained.Length; i++) gradients[i] = trained[i].Gradient?.Share();
    }

    /// <summary>Makes everything as it was.</summary>
    public void Restore()
    {
        for (int i = 0; i < statistics.Length; i++) Copy(copies[i], statistics[i]);
        for (int i = 0; i < trained.Length; i++) trained[i].SetGradient(gradients[i]?.Share());
    }

    /// <summary>Lets the gradients go.</summary>
    public void Release()
    {
        foreach (Tensor? gradient in gradients) gradient?.Dispose();
        Array.Clear(gradients);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        foreach (Tensor copy in copies) copy.Dispose();
    }

    private static void Copy(Tensor from, Tensor to) =>
        from.Device.Run<CopyBlock, CopyBlockArgs>(new(from.Storage, 0, from.Length, to.Storage, 0, from.Length, 1, from.Length));
}
