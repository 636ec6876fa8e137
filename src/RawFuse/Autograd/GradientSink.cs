namespace RawFuse;

/// <summary>Where an operation's backward pass delivers the gradients of its inputs.</summary>
public readonly ref struct GradientSink
{
    private readonly ReadOnlySpan<Variable?> inputs;

    internal GradientSink(ReadOnlySpan<Variable?> inputs) => this.inputs = inputs;

    /// <summary>Whether anyone needs the gradient of an input; false for an optional input that was not recorded.</summary>
    /// <param name="input">Number of the input in the order it was recorded, from 0.</param>
    public bool Wants(int input) => input < inputs.Length && inputs[input] is not null;

    /// <summary>Delivers a gradient and gives up its ownership. One that was broadcast may have the output's shape: it is summed here.</summary>
    public void Add(int input, Tensor gradient)
    {
        if (inputs[input] is { } variable) variable.Accumulate(gradient);
        else gradient.Dispose();
    }
}
