namespace RawFuse.Tests.Support;

/// <summary>All values inside a network, as the engine computes them.</summary>
public static class NodeValues
{
    /// <summary>Runs a network layer by layer.</summary>
    /// <returns>By the number of the node, [N, H, W, C].</returns>
    public static Dictionary<int, float[]> Of(Network network, Tensor images, ForwardMode mode)
    {
        var context = new LayerContext(name => network[name], mode);
        var tensors = new Dictionary<int, Tensor> { [network.Definition.Input.Id] = images.Share() };
        try
        {
            foreach (Layer layer in network.Definition.Layers)
                tensors.Add(layer.Output.Id, layer.Forward(context, [.. layer.Inputs.Select(node => tensors[node.Id])]));
            return tensors.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
        }
        finally
        {
            foreach (Tensor tensor in tensors.Values) tensor.Dispose();
        }
    }
}
