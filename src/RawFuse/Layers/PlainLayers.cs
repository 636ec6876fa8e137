namespace RawFuse;

/// <summary>Element-by-element function.</summary>
public sealed class ActivationLayer : Layer
{
    internal ActivationLayer(string name, Node input, Node output, ActivationKind kind, float min = 0, float max = 0)
        : base(name, [input], output)
    {
        Kind = kind;
        (Min, Max) = (min, max);
    }

    /// <summary>Which function.</summary>
    public ActivationKind Kind { get; }

    /// <summary>The lower limit of <see cref="ActivationKind.Clamp"/>; 0 otherwise.</summary>
    public float Min { get; }

    /// <summary>The upper limit of <see cref="ActivationKind.Clamp"/>; 0 otherwise.</summary>
    public float Max { get; }

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs) => Kind switch
    {
        ActivationKind.Relu => inputs[0].Relu(),
        ActivationKind.Tanh => inputs[0].Tanh(),
        _ => inputs[0].Clamp(Min, Max),
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

/// <summary>Pooling over square windows.</summary>
public sealed class PoolLayer : Layer
{
    internal PoolLayer(string name, Node input, Node output, bool isMax, int window, int stride, int padding = 0)
        : base(name, [input], output) => (IsMax, Window, Stride, Padding) = (isMax, window, stride, padding);

    /// <summary>Whether the largest value is taken, else the mean.</summary>
    public bool IsMax { get; }

    /// <summary>Height and width of the windows in pixels.</summary>
    public int Window { get; }

    /// <summary>Step between windows in pixels.</summary>
    public int Stride { get; }

    /// <summary>Pixels on each side that no maximum takes; 0 for means.</summary>
    public int Padding { get; }

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs) =>
        IsMax ? inputs[0].MaxPool2d(Window, Stride, Padding) : inputs[0].AveragePool2d(Window, Stride);
}

/// <summary>Means of windows that cover the image with a given number of pixels.</summary>
public sealed class AdaptivePoolLayer : Layer
{
    internal AdaptivePoolLayer(string name, Node input, Node output)
        : base(name, [input], output)
    {
    }

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs) => inputs[0].AdaptiveAveragePool2d(Output.Height, Output.Width);
}

/// <summary>x + tanh(U): one trained image U, the same for every x. U is not a weight: it is never quantized, and starts at 0.</summary>
public sealed class PerturbationLayer : Layer
{
    internal PerturbationLayer(string name, Node input, Node output)
        : base(name, [input], output) => Image = new ParameterSpec(
            name, ParameterRole.Image, new Shape(input.Height, input.Width, input.Channels), new Shape(input.Channels, input.Height, input.Width));

    /// <summary>U, [H, W, C] in memory and [C, H, W] in files.</summary>
    public ParameterSpec Image { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterSpec> Parameters => [Image];

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs)
    {
        using Tensor added = context[Image.Name].Tanh();
        return inputs[0].Add(added);
    }
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
    internal PadLayer(string name, Node input, Node output, int top, int left)
        : base(name, [input], output) => (Top, Left) = (top, left);

    /// <summary>Rows of zeros above the image.</summary>
    public int Top { get; }

    /// <summary>Columns of zeros left of the image.</summary>
    public int Left { get; }

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs) => inputs[0].Pad2d(Output.Height, Output.Width, Top, Left);
}
