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
    public override void Dispose()
    {
        foreach (Tensor tensor in means.Concat(variances)) tensor.Dispose();
    }

    private protected override void Collect(int slot, int index, Tensor gradient) =>
        collected[slot] = new AdamTensor(Parameters[index].Storage, gradient.Storage, means[index].Storage, variances[index].Storage, gradient.Length, ++updates[index]);

    private protected override void Update(int count, float rate) =>
        Parameters[0].Device.Run<AdamStep, AdamStepArgs>(new(collected.AsMemory(0, count), rate, beta1, beta2, epsilon));
}
