using RawFuse.Kernels;

namespace RawFuse;

/// <summary>Updates tensors from their gradients.</summary>
public abstract class Optimizer : IDisposable
{
    private protected Optimizer(IEnumerable<Tensor> parameters) => Parameters = [.. parameters];

    /// <summary>The tensors updated, all on one device.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>Steps taken.</summary>
    public int Steps { get; private set; }

    /// <summary>What steps depend on besides parameters and gradients: tensors that start at 0, by name, one for each parameter.</summary>
    public abstract IReadOnlyList<OptimizerMoment> Moments { get; }

    /// <summary>How often each parameter was updated, where steps depend on it; else empty.</summary>
    public virtual ReadOnlySpan<int> Updates => [];

    /// <summary>Goes on where another optimizer of the same kind and parameters stood; its <see cref="Moments"/> are to be copied besides.</summary>
    /// <param name="steps">Its steps, 0 or more.</param>
    /// <param name="updates">Its <see cref="Updates"/>.</param>
    /// <exception cref="ArgumentException">There are more or fewer updates than this optimizer counts, or a number is negative or more than there were steps.</exception>
    public void Resume(int steps, ReadOnlySpan<int> updates)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (updates.Length != Updates.Length) throw new ArgumentException($"{updates.Length} counts of updates; this optimizer has {Updates.Length}.", nameof(updates));
        foreach (int count in updates)
            if (count < 0 || count > steps) throw new ArgumentException($"A parameter was updated {count} times in {steps} steps.", nameof(updates));
        Steps = steps;
        SetUpdates(updates);
    }

    /// <summary>Updates every tensor that has a gradient, then forgets the gradients.</summary>
    /// <param name="rate">Learning rate of this step.</param>
    public void Step(float rate)
    {
        using PhaseScope phase = Parameters.Count > 0 ? Parameters[0].Device.Phase("optimizer") : default;
        Steps++;
        int count = 0;
        for (int i = 0; i < Parameters.Count; i++)
            if (Parameters[i].Gradient is { } gradient)
                Collect(count++, i, gradient);
        if (count > 0) Update(count, rate);
        foreach (Tensor parameter in Parameters) parameter.ClearGradient();
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Notes the parameter number <paramref name="index"/> as number <paramref name="slot"/> of those to update.</summary>
    private protected abstract void Collect(int slot, int index, Tensor gradient);

    /// <summary>Updates the first <paramref name="count"/> that were noted.</summary>
    private protected abstract void Update(int count, float rate);

    /// <summary>Takes over another optimizer's counts.</summary>
    private protected virtual void SetUpdates(ReadOnlySpan<int> updates)
    {
    }

    private protected static Tensor[] ZerosLike(IReadOnlyList<Tensor> parameters) => [.. parameters.Select(parameter => Tensor.Zeros(parameter.Device, parameter.Shape))];
}

/// <summary>Stochastic gradient descent with momentum, as PyTorch defines it (<see cref="SgdStepArgs"/>).</summary>
public sealed class Sgd : Optimizer
{
    private readonly Tensor[] velocities;
    private readonly SgdTensor[] collected;
    private readonly float momentum, weightDecay;
    private readonly bool nesterov;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="parameters">The tensors to update.</param>
    /// <param name="momentum">0 to below 1.</param>
    /// <param name="weightDecay">L2 penalty, 0 or more.</param>
    /// <param name="nesterov">Whether to use Nesterov's momentum.</param>
    public Sgd(IEnumerable<Tensor> parameters, float momentum = 0.9f, float weightDecay = 0, bool nesterov = false)
        : base(parameters)
    {
        (this.momentum, this.weightDecay, this.nesterov) = (momentum, weightDecay, nesterov);
        velocities = ZerosLike(Parameters);
        collected = new SgdTensor[Parameters.Count];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<OptimizerMoment> Moments => [new("velocity", velocities)];

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (Tensor velocity in velocities) velocity.Dispose();
    }

    private protected override void Collect(int slot, int index, Tensor gradient) =>
        collected[slot] = new SgdTensor(Parameters[index].Storage, gradient.Storage, velocities[index].Storage, gradient.Length);

    private protected override void Update(int count, float rate) =>
        Parameters[0].Device.Run<SgdStep, SgdStepArgs>(new(collected.AsMemory(0, count), rate, momentum, weightDecay, nesterov));
}

/// <summary>
/// Adam (Kingma and Ba, 2015; <see cref="AdamStepArgs"/>). As in PyTorch, the bias correction of a tensor counts the steps in which it had a gradient.
/// </summary>
public sealed class Adam : Optimizer
{
    private readonly Tensor[] means, variances;
    private readonly AdamTensor[] collected;
    private readonly double beta1, beta2;
    private readonly float epsilon;
    private readonly int[] updates;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="parameters">The tensors to update.</param>
    /// <param name="beta1">Decay of the first moment; NeuralFuse trains with 0.5.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="epsilon">Keeps the division finite.</param>
    public Adam(IEnumerable<Tensor> parameters, double beta1 = 0.9, double beta2 = 0.999, float epsilon = 1e-8f)
        : base(parameters)
    {
        (this.beta1, this.beta2, this.epsilon) = (beta1, beta2, epsilon);
        means = ZerosLike(Parameters);
        variances = ZerosLike(Parameters);
        updates = new int[Parameters.Count];
        collected = new AdamTensor[Parameters.Count];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<OptimizerMoment> Moments => [new("mean", means), new("variance", variances)];

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Updates => updates;

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (Tensor tensor in means.Concat(variances)) tensor.Dispose();
    }

    private protected override void SetUpdates(ReadOnlySpan<int> updates) => updates.CopyTo(this.updates);

    private protected override void Collect(int slot, int index, Tensor gradient) =>
        collected[slot] = new AdamTensor(Parameters[index].Storage, gradient.Storage, means[index].Storage, variances[index].Storage, gradient.Length, ++updates[index]);

    private protected override void Update(int count, float rate) =>
        Parameters[0].Device.Run<AdamStep, AdamStepArgs>(new(collected.AsMemory(0, count), rate, beta1, beta2, epsilon));
}
