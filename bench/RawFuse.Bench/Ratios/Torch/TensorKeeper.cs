using RawFuse.Parity;
using TorchSharp;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>Torch tensors that outlive the turn they were made in.</summary>
internal sealed class TensorKeeper : IDisposable
{
    private readonly List<torch.Tensor> kept = [];

    /// <summary>Makes a tensor in a turn of its own and keeps it: a whole network's copies would be too much for one.</summary>
    public T Make<T>(Func<T> make)
        where T : torch.Tensor => Libtorch.Run(() =>
    {
        T tensor = make();
        tensor.DetachFromDisposeScope();
        kept.Add(tensor);
        return tensor;
    });

    public void Dispose()
    {
        foreach (torch.Tensor tensor in kept) tensor.Dispose();
    }
}
