namespace RawFuse;

/// <summary>What a stored tensor of a network is for.</summary>
public enum ParameterRole
{
    /// <summary>Weights of a convolution, transposed convolution or linear layer.</summary>
    Weight,

    /// <summary>Bias of such a layer.</summary>
    Bias,

    /// <summary>Factors of a batch normalization.</summary>
    Gamma,

    /// <summary>Summands of a batch normalization.</summary>
    Beta,

    /// <summary>Running mean of a batch normalization; not trained.</summary>
    RunningMean,

    /// <summary>Running variance of a batch normalization; not trained.</summary>
    RunningVariance,

    /// <summary>An image that is added to others.</summary>
    Image,
}

/// <summary>A tensor that a layer stores, under PyTorch's name.</summary>
/// <param name="Name">Name in PyTorch's state dictionary, such as "layer1.0.conv1.weight".</param>
/// <param name="Role">What it is for.</param>
/// <param name="Shape">Shape in memory: [kernel height, kernel width, in, out], [height, width, channels] of an image, or [channels].</param>
/// <param name="FileShape">Shape in PyTorch's files: OIHW, [out, in] for linear layers, [in, out, kh, kw] for transposed convolutions, [channels, height,
/// width] of an image, or [channels].</param>
public sealed record ParameterSpec(string Name, ParameterRole Role, Shape Shape, Shape FileShape)
{
    /// <summary>Whether optimizers update it.</summary>
    public bool IsTrained => Role is not (ParameterRole.RunningMean or ParameterRole.RunningVariance);

    /// <summary>Inputs that each output is summed from; 0 unless the role is <see cref="ParameterRole.Weight"/>.</summary>
    public int FanIn => Role == ParameterRole.Weight ? Shape.Length / FileShape[0] : 0;

    /// <summary>The shape as that of weights; an image is laid out like a kernel that maps one channel to its channels.</summary>
    private Shape Hwio => Shape.Rank == 3 ? new Shape(Shape[0], Shape[1], 1, Shape[2]) : Shape;

    /// <summary>Changes values from PyTorch's order to the order in memory.</summary>
    public float[] FromFile(ReadOnlySpan<float> values)
    {
        var result = new float[values.Length];
        if (Shape.Rank > 1) WeightLayout.OihwToHwio(values, result, Hwio);
        else values.CopyTo(result);
        return result;
    }

    /// <summary>Changes values from the order in memory to PyTorch's order.</summary>
    public float[] ToFile(ReadOnlySpan<float> values)
    {
        var result = new float[values.Length];
        if (Shape.Rank > 1) WeightLayout.HwioToOihw(values, result, Hwio);
        else values.CopyTo(result);
        return result;
    }
}
