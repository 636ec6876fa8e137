namespace RawFuse;

/// <summary>Element-by-element function.</summary>
public sealed class ActivationLayer : Layer
{
    private readonly float min, max;

    internal ActivationLayer(string name, Node input, Node output, ActivationKind kind, float min = 0, float max = 0)
        : base(name, [input], output)
    {
        Kind = kind;
        (this.min, this.max) = (min, max);
    }

    /// <summary>Which function.</summary>
    public ActivationKind Kind { get; }

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs) => Kind switch
    {
        ActivationKind.Relu => inputs[0].Relu(),
        ActivationKind.Tanh => inputs[0].Tanh(),
        _ => inputs[0].Clamp(min, max),
    };
}

/// <summary>The functions of <see cref="ActivationLayer"/>.</summary>
public enum ActivationKind
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>Limits to a range.</summary>
    Clamp,
}

/// <summary>Pooling over square windows without padding.</summary>
public sealed class PoolLayer : Layer
{
    internal PoolLayer(string name, Node input, Node output, bool isMax, int window)
        : base(name, [input], output) => (IsMax, Window) = (isMax, window);

    /// <summary>Whether the largest value is taken, else the mean.</summary>
    public bool IsMax { get; }

    /// <summary>Height, width and step of the windows.</summary>
    public int Window { get; }

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs) => IsMax ? inputs[0].MaxPool2d(Window) : inputs[0].AveragePool2d(Window);
}

/// <summary>Enlarges by repeating pixels.</summary>
public sealed class UpsampleLayer : Layer
{
    internal UpsampleLayer(string name, Node input, Node output, int factor)
        : base(name, [input], output) => Factor = factor;

    /// <summary>How many times higher and wider.</summary>
    public int Factor { get; }

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs) => inputs[0].UpsampleNearest2d(Factor);
}

/// <summary>Sum of two values.</summary>
public sealed class AddLayer : Layer
{
    internal AddLayer(string name, Node left, Node right, Node output)
        : base(name, [left, right], output)
    {
    }

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs) => inputs[0].Add(inputs[1]);
}

/// <summary>Two values side by side along their channels.</summary>
public sealed class ConcatLayer : Layer
{
    internal ConcatLayer(string name, Node left, Node right, Node output)
        : base(name, [left, right], output)
    {
    }

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs) => inputs[0].ConcatChannels(inputs[1]);
}

/// <summary>Zeros around an image.</summary>
public sealed class PadLayer : Layer
{
    private readonly int top, left;

    internal PadLayer(string name, Node input, Node output, int top, int left)
        : base(name, [input], output) => (this.top, this.left) = (top, left);

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs) => inputs[0].Pad2d(Output.Height, Output.Width, top, left);
}
