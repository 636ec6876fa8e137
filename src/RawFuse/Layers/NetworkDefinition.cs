namespace RawFuse;

/// <summary>The plan of a network: its layers in the order of computation. It holds no numbers and needs no device.</summary>
public sealed class NetworkDefinition
{
    internal NetworkDefinition(string name, Node input, Node output, IReadOnlyList<Layer> layers)
    {
        Name = name;
        Input = input;
        Output = output;
        Layers = [.. layers];
        Parameters = [.. Layers.SelectMany(layer => layer.Parameters)];
        string? twice = Parameters.GroupBy(parameter => parameter.Name).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (twice is not null) throw new ArgumentException($"Network '{name}' declares '{twice}' twice.");
        Schedule = new Schedule([.. Layers.Select(layer => (layer.Inputs.Select(node => node.Id).ToArray(), layer.Output.Id))], output.Id);
    }

    /// <summary>The architecture's name.</summary>
    public string Name { get; }

    /// <summary>The images.</summary>
    public Node Input { get; }

    /// <summary>The result.</summary>
    public Node Output { get; }

    /// <summary>The layers, each after those whose values it reads.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>All stored tensors, in the order of PyTorch's state dictionary.</summary>
    public IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>Number of trained numbers, as PyTorch counts parameters.</summary>
    public long ParameterCount => Parameters.Where(parameter => parameter.IsTrained).Sum(parameter => (long)parameter.Shape.Length);

    /// <summary>The order of computation, layer by layer.</summary>
    internal Schedule Schedule { get; }

    /// <summary>The layers that read a value.</summary>
    internal IReadOnlyList<Layer> Readers(Node node) => [.. Layers.Where(layer => layer.Inputs.Contains(node))];

    /// <summary>The network's result as its users see it: vectors [N, C] rather than images of one pixel. A new handle.</summary>
    internal Tensor Squeeze(Tensor result) => result.Reshape(Output is { Height: 1, Width: 1 } ? new Shape(result.Shape[0], Output.Channels) : result.Shape);

    /// <summary>Refuses a tensor that is not a batch of the network's images.</summary>
    internal void CheckInput(Tensor x)
    {
        if (x.Shape.Rank != 4 || x.Shape[1] != Input.Height || x.Shape[2] != Input.Width || x.Shape[3] != Input.Channels)
            throw new ShapeException($"Network '{Name}' takes images [N, {Input.Height}, {Input.Width}, {Input.Channels}], not {x.Shape}.");
    }
}
