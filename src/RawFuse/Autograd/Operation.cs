namespace RawFuse;

/// <summary>
/// One entry of a tape: the backward half of an operation. It stands beside the forward half, saves what it needs with
/// <see cref="Save"/>, and is run at most once.
/// </summary>
public abstract class Operation
{
    private readonly List<Tensor> saved = [];
    private Variable?[] inputs = [];
    private Variable output = null!;

    /// <summary>
    /// Computes the gradients of the inputs from the gradient of the output and hands them to <paramref name="into"/>. An input whose
    /// <see cref="GradientSink.Wants"/> is false needs none.
    /// </summary>
    protected internal abstract void Backward(Tensor outputGradient, GradientSink into);

    /// <summary>Keeps a tensor's values until the backward pass is over.</summary>
    /// <returns>A handle that the tape releases.</returns>
    protected Tensor Save(Tensor tensor)
    {
        Tensor handle = tensor.Share();
        saved.Add(handle);
        return handle;
    }

    /// <summary>Called when the entry is done with; override to release what was not saved with <see cref="Save"/>.</summary>
    protected virtual void Release()
    {
    }

    internal void Connect(Tensor result, ReadOnlySpan<Tensor> sources)
    {
        inputs = new Variable?[sources.Length];
        for (int i = 0; i < sources.Length; i++) inputs[i] = sources[i].Variable;
        result.Variable = output = new Variable(result.Shape);
    }

    /// <summary>Whether a variable is that of this operation's result.</summary>
    internal bool Makes(Variable variable) => output == variable;

    internal void RunBackward()
    {
        if (output.Gradient is { } gradient)
        {
            Backward(gradient, new GradientSink(inputs));
            if (!output.IsKept) output.Clear();
        }

        ReleaseAll();
    }

    internal void ReleaseAll()
    {
        foreach (Tensor tensor in saved) tensor.Dispose();
        saved.Clear();
        Release();
        if (!output.IsKept) output.Clear();
    }
}
