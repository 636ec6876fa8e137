namespace RawFuse;

/// <summary>
/// Records the operations of one forward pass on this thread, so that gradients can be computed in reverse. While no tape
/// is active nothing is recorded and nothing is saved.
/// <code>
/// using var tape = Tape.Start();
/// Tensor loss = ...;
/// tape.Backward(loss);
/// </code>
/// </summary>
public sealed class Tape : IDisposable
{
    [ThreadStatic]
    private static Tape? active;

    private readonly Tape? outer;
    private readonly List<Operation> operations = [];
    private volatile bool isDisposed;

    private Tape() => outer = Active;

    /// <summary>The innermost tape of this thread that still records. Tapes may be disposed in any order, and on any thread.</summary>
    private static Tape? Active
    {
        get
        {
            while (active is { isDisposed: true }) active = active.outer;
            return active;
        }
    }

    /// <summary>Starts recording on this thread, until the tape is disposed.</summary>
    public static Tape Start() => active = new Tape();

    /// <summary>Whether an operation on these inputs must be recorded: a tape is active and a gradient is wanted of one of them.</summary>
    public static bool IsNeeded(params ReadOnlySpan<Tensor?> inputs)
    {
        if (Active is null) return false;
        foreach (Tensor? input in inputs)
            if (input is { NeedsGradient: true })
                return true;
        return false;
    }

    /// <summary>Records an operation on the active tape.</summary>
    /// <param name="operation">Its backward half.</param>
    /// <param name="output">Its result.</param>
    /// <param name="inputs">Its inputs, in the order in which <see cref="GradientSink"/> numbers them.</param>
    /// <returns>The result.</returns>
    /// <exception cref="InvalidOperationException">No tape is active.</exception>
    public static Tensor Record(Operation operation, Tensor output, params ReadOnlySpan<Tensor> inputs)
    {
        Tape tape = Active ?? throw new InvalidOperationException("No tape is recording on this thread.");
        operation.Connect(output, inputs);
        tape.operations.Add(operation);
        return output;
    }

    /// <summary>
    /// Computes the gradients of all tracked tensors that a result was computed from, and adds them to what they hold. The
    /// recording is used up.
    /// </summary>
    /// <param name="result">A tensor recorded on this tape.</param>
    /// <param name="gradient">Gradient of whatever is minimized with respect to the result, of the same shape; null for ones.</param>
    /// <exception cref="InvalidOperationException">
    /// The result has no gradient, because nothing tracked led to it; or it was recorded on another tape, or the recording is used up.
    /// </exception>
    /// <exception cref="ShapeException">The gradient's shape is not the result's.</exception>
    public void Backward(Tensor result, Tensor? gradient = null)
    {
        if (result.Variable is null) throw new InvalidOperationException("Backward: the result was not computed from anything whose gradient is tracked.");
        if (gradient is not null && gradient.Shape != result.Shape)
            throw new ShapeException($"Backward: the gradient has shape {gradient.Shape}, the result {result.Shape}.");
        if (!result.Variable.IsKept && !operations.Exists(operation => operation.Makes(result.Variable)))
            throw new InvalidOperationException("Backward: the result is not on this tape, or its recording was used up by an earlier backward pass.");
        result.Variable.Accumulate(gradient?.Share() ?? Tensor.Full(result.Device, result.Shape, 1));

        // The gradient's own computation is not recorded.
        Tape? recording = Active;
        active = null;
        try
        {
            for (int i = operations.Count - 1; i >= 0; i--)
            {
                operations[i].RunBackward();
                operations.RemoveAt(i);
            }
        }
        finally
        {
            active = recording;
        }
    }

    /// <summary>Stops recording and releases everything that was saved.</summary>
    public void Dispose()
    {
        foreach (Operation operation in operations) operation.ReleaseAll();
        operations.Clear();
        isDisposed = true;
    }
}
