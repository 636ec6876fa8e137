namespace RawFuse;

/// <summary>
/// One step of a network: which values it reads, which it makes, what it stores, and how to compute it. A new kind of
/// layer is one class and one line in <see cref="NetworkBuilder"/>.
/// </summary>
public abstract class Layer
{
    private protected Layer(string name, IReadOnlyList<Node> inputs, Node output)
    {
        Name = name;
        Inputs = inputs;
        Output = output;
    }

    /// <summary>PyTorch's name of the module, unique within the network for layers that store something.</summary>
    public string Name { get; }

    /// <summary>Whether PyTorch's model calls a function here rather than a module; tools that count operations by module miss it.</summary>
    public bool IsFunctional { get; internal init; }

    /// <summary>The values it reads.</summary>
    public IReadOnlyList<Node> Inputs { get; }

    /// <summary>The value it makes.</summary>
    public Node Output { get; }

    /// <summary>What it stores, in PyTorch's order.</summary>
    public virtual IReadOnlyList<ParameterSpec> Parameters => [];

    /// <summary>Computes the layer.</summary>
    /// <param name="context">Where its parameters are, and the mode.</param>
    /// <param name="inputs">Tensors of <see cref="Inputs"/>, [N, H, W, C].</param>
    /// <returns>A new tensor.</returns>
    internal abstract Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs);
}
