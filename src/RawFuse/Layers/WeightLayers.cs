namespace RawFuse;

/// <summary>A layer with a weight tensor that the accelerator keeps in its SRAM: convolution, transposed convolution or linear.</summary>
public abstract class WeightLayer : Layer
{
    private protected WeightLayer(string name, Node input, Node output, Shape weightShape, Shape fileShape, int stride, int padding, bool hasBias)
        : base(name, [input], output)
    {
        Stride = stride;
        Padding = padding;
        HasBias = hasBias;
        Weight = new ParameterSpec($"{name}.weight", ParameterRole.Weight, weightShape, fileShape);
        Bias = hasBias ? new ParameterSpec($"{name}.bias", ParameterRole.Bias, new Shape(output.Channels), new Shape(output.Channels)) : null;
        Parameters = Bias is null ? [Weight] : [Weight, Bias];
    }

    /// <summary>Step in both directions.</summary>
    public int Stride { get; }

    /// <summary>Zero pixels on each side.</summary>
    public int Padding { get; }

    /// <summary>Whether a bias is added.</summary>
    public bool HasBias { get; }

    /// <summary>The weights, [kernel height, kernel width, in, out] in memory.</summary>
    public ParameterSpec Weight { get; }

    /// <summary>The bias, or null.</summary>
    public ParameterSpec? Bias { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterSpec> Parameters { get; }

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs)
    {
        Tensor weight = context.Weight(Weight.Name);
        try
        {
            return Apply(inputs[0], weight, Bias is null ? null : context[Bias.Name]);
        }
        finally
        {
            if (context.Mode.WeightBits > 0) weight.Dispose();
        }
    }

    private protected abstract Tensor Apply(Tensor x, Tensor weight, Tensor? bias);
}

/// <summary>Two-dimensional convolution.</summary>
public sealed class ConvLayer : WeightLayer
{
    internal ConvLayer(string name, Node input, Node output, int kernel, int stride, int padding, bool hasBias)
        : base(
            name, input, output, new Shape(kernel, kernel, input.Channels, output.Channels), new Shape(output.Channels, input.Channels, kernel, kernel), stride, padding,
            hasBias)
    {
    }

    private protected override Tensor Apply(Tensor x, Tensor weight, Tensor? bias) => x.Conv2d(weight, bias, Stride, Padding);
}

/// <summary>Transposed convolution.</summary>
public sealed class ConvTransposeLayer : WeightLayer
{
    internal ConvTransposeLayer(string name, Node input, Node output, int kernel, int stride, int padding, bool hasBias)
        : base(
            name, input, output, new Shape(kernel, kernel, output.Channels, input.Channels), new Shape(input.Channels, output.Channels, kernel, kernel), stride, padding,
            hasBias)
    {
    }

    private protected override Tensor Apply(Tensor x, Tensor weight, Tensor? bias) => x.ConvTranspose2d(weight, bias, Stride, Padding);
}

/// <summary>Linear map of a whole image to one vector: a convolution whose kernel covers the image.</summary>
public sealed class LinearLayer : WeightLayer
{
    internal LinearLayer(string name, Node input, Node output, bool hasBias)
        : base(
            name, input, output, new Shape(input.Height, input.Width, input.Channels, output.Channels), new Shape(output.Channels, input.Length), stride: 1, padding: 0,
            hasBias)
    {
    }

    private protected override Tensor Apply(Tensor x, Tensor weight, Tensor? bias) => x.Conv2d(weight, bias);
}
