using TorchSharp;
using TorchSharp.Modules;

namespace RawFuse.Bench.Ratios.Torch;

/// <summary>A copy of a network's numbers for torch, under the same names. Trained ones require a gradient.</summary>
internal sealed class TorchNetwork : IDisposable
{
    private readonly TensorKeeper keeper = new();
    private readonly Dictionary<string, torch.Tensor> tensors = [];

    public TorchNetwork(Network network, MemoryFormat format)
    {
        Definition = network.Definition;
        Graph = new TorchGraph(network.Definition);
        foreach (ParameterSpec parameter in network.Definition.Parameters)
        {
            float[] values = parameter.ToFile(network[parameter.Name].ToArray());
            tensors.Add(parameter.Name, keeper.Make(() =>
            {
                torch.Tensor tensor = TorchData.Stored(parameter, values, format);
                return parameter.IsTrained ? new Parameter(tensor, true) : tensor;
            }));
        }
    }

    public NetworkDefinition Definition { get; }

    public TorchGraph Graph { get; }

    public torch.Tensor this[string name] => tensors[name];

    /// <summary>What an optimizer updates.</summary>
    public IEnumerable<Parameter> Trained => tensors.Values.OfType<Parameter>();

    public void ClearGradients()
    {
        foreach (Parameter parameter in Trained) parameter.grad = null;
    }

    public void Dispose() => keeper.Dispose();
}
