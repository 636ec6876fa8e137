namespace RawFuse;

/// <summary>Batch normalization over channels.</summary>
public sealed class BatchNormLayer : Layer
{
    /// <summary>Added to variances.</summary>
    public const float Epsilon = 1e-5f;

    internal BatchNormLayer(string name, Node input, Node output)
        : base(name, [input], output)
    {
        var shape = new Shape(input.Channels);
        Gamma = new ParameterSpec($"{name}.weight", ParameterRole.Gamma, shape, shape);
        Beta = new ParameterSpec($"{name}.bias", ParameterRole.Beta, shape, shape);
        RunningMean = new ParameterSpec($"{name}.running_mean", ParameterRole.RunningMean, shape, shape);
        RunningVariance = new ParameterSpec($"{name}.running_var", ParameterRole.RunningVariance, shape, shape);
        Parameters = [Gamma, Beta, RunningMean, RunningVariance];
    }

    /// <summary>Factors.</summary>
    public ParameterSpec Gamma { get; }

    /// <summary>Summands.</summary>
    public ParameterSpec Beta { get; }

    /// <summary>Running mean.</summary>
    public ParameterSpec RunningMean { get; }

    /// <summary>Running variance.</summary>
    public ParameterSpec RunningVariance { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterSpec> Parameters { get; }

    internal override Tensor Forward(LayerContext context, ReadOnlySpan<Tensor> inputs)
    {
        Tensor gamma = context[Gamma.Name], beta = context[Beta.Name], mean = context[RunningMean.Name], variance = context[RunningVariance.Name];
        return context.Mode.IsTraining
            ? inputs[0].BatchNorm(gamma, beta, mean, variance, context.Mode.BatchNormMomentum, Epsilon)
            : inputs[0].BatchNormInference(gamma, beta, mean, variance, Epsilon);
    }
}
