using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Training;

/// <summary>
/// What a gradient step changes in a network besides the parameters, which it leaves alone: running statistics and gradients. For a step that is
/// to be done again from its start.
/// </summary>
internal sealed class StepSnapshot : IDisposable
{
    private readonly Tensor[] copies;
    private readonly TensorCopy[] taking, restoring;
    private readonly Device device;
    private readonly Tensor[] trained;
    private readonly Tensor?[] gradients;

    /// <summary>Makes room for a network's snapshots.</summary>
    public StepSnapshot(Network network)
    {
        trained = [.. network.TrainedTensors];
        gradients = new Tensor?[trained.Length];
        device = network.Device;
        Tensor[] statistics = [.. network.Definition.Parameters.Where(parameter => !parameter.IsTrained).Select(parameter => network[parameter.Name])];
        copies = [.. statistics.Select(tensor => Tensor.Empty(tensor.Device, tensor.Shape))];
        taking = [.. statistics.Zip(copies, (tensor, copy) => new TensorCopy(tensor.Storage, copy.Storage, tensor.Length))];
        restoring = [.. taking.Select(copy => new TensorCopy(copy.To, copy.From, copy.Count))];
    }

    /// <summary>Remembers how things are.</summary>
    public void Take()
    {
        Release();
        device.Run<CopyTensors, CopyTensorsArgs>(new(taking));

        // Values that are held here are not added to in place.
        for (int i = 0; i < trained.Length; i++) gradients[i] = trained[i].Gradient?.Share();
    }

    /// <summary>Makes everything as it was.</summary>
    public void Restore()
    {
        device.Run<CopyTensors, CopyTensorsArgs>(new(restoring));
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
}
