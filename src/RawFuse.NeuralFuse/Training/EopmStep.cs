using System.Numerics.Tensors;
using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Training;

/// <summary>
/// The gradient of the expectation over perturbed models (EOPM):
/// L = CE(M_0(F(x)), y) + lambda / N * sum over chips k of CE(M_k(F(x)), y).
/// <para>
/// The generator runs once forward and once backward. In between, each base model runs forward and backward (to its images only) as an <see cref="EopmEnsemble"/> of weight sets
/// {clean, chip 1, ..., chip N}. The gradients equal those of N separate passes. Buffers are kept from step to step.
/// </para>
/// <para>
/// A step that runs out of device memory is done again from its start with half as many sets in a pass, down to one, and later steps are done so too. The results do not depend on it.
/// </para>
/// </summary>
public sealed class EopmStep : IDisposable
{
    private readonly Network generator;
    private readonly EopmOptions options;
    private readonly EopmEnsemble[] ensembles;
    private readonly StepSnapshot before;
    private readonly IProgress<string>? notices;
    private int mostSets = int.MaxValue;
    private bool isTold;

    /// <summary>Prepares steps.</summary>
    /// <param name="generator">The generator; the caller's.</param>
    /// <param name="bases">Base models to protect, 1 or more, the caller's; with several, their losses are averaged.</param>
    /// <param name="options">The method's constants.</param>
    /// <param name="notices">Told in a sentence, once, that device memory made the passes smaller; null for nobody.</param>
    public EopmStep(Network generator, IReadOnlyList<FrozenNetwork> bases, EopmOptions options, IProgress<string>? notices = null)
    {
        this.generator = generator;
        this.options = options;
        this.notices = notices;
        before = new StepSnapshot(generator);
        ensembles = [.. bases.Select(model => new EopmEnsemble(model, options, 1f / bases.Count))];
    }

    /// <summary>Computes the loss and adds its gradient to the generator's trained tensors.</summary>
    /// <param name="batch">Images and labels.</param>
    /// <param name="chips">Seeds of the chips, 1 or more.</param>
    /// <param name="access">Number of the chips' access; it matters to transient faults alone.</param>
    /// <returns>The clean loss and the mean loss of the chips.</returns>
    /// <exception cref="TrainingException">The device has no room for one set in a pass; the generator is as it was.</exception>
    public EopmLoss Gradient(Batch batch, ReadOnlySpan<ulong> chips, long access = 0)
    {
        before.Take();
        try
        {
            while (true)
            {
                if (TryCompute(batch, chips, access, out EopmLoss loss) is not { } noRoom) return loss;
                before.Restore();
                Narrow(1 + chips.Length, batch.Count, noRoom);
            }
        }
        finally
        {
            before.Release();
        }
    }

    /// <summary>Computes everything, or gives all buffers back and returns why there is no room.</summary>
    private DeviceMemoryException? TryCompute(Batch batch, ReadOnlySpan<ulong> chips, long access, out EopmLoss loss)
    {
        try
        {
            loss = Compute(batch, chips, access);
        }
        catch (DeviceMemoryException exception)
        {
            foreach (EopmEnsemble ensemble in ensembles) ensemble.Dispose();
            loss = default;
            return exception;
        }

        if (mostSets == int.MaxValue || isTold) return null;
        isTold = true;
        notices?.Report($"device memory is short: {mostSets} of {1 + chips.Length} sets of weights run together from now on, with equal results");
        return null;
    }

    /// <summary>Halves the number of sets that run together.</summary>
    private void Narrow(int all, int images, DeviceMemoryException noRoom)
    {
        int sets = ensembles.Max(ensemble => ensemble.SetsPerPass(all, images, mostSets));

        // A batch that the sets share out is one pass, as large as with one set: it has no smaller form.
        string what = options.SharesBatch ? "shared out among the sets of weights" : "on one set of weights";
        if (sets == 1 || options.SharesBatch) throw new TrainingException($"Generator training: {images} images {what} do not fit; try a smaller batch. {noRoom.Message}", noRoom);
        mostSets = sets / 2;
    }

    private EopmLoss Compute(Batch batch, ReadOnlySpan<ulong> chips, long access)
    {
        using Tape tape = Tape.Start();
        using Tensor fused = Transform(batch, chips.Length);
        using Tensor gradient = Tensor.Empty(fused.Device, fused.Shape);
        foreach (EopmEnsemble ensemble in ensembles) ensemble.Gradient(fused, batch, chips, access, gradient, accumulate: ensemble != ensembles[0], mostSets);
        using (generator.Device.Phase("generator backward")) tape.Backward(fused, gradient);

        // Only now: a device that works by itself has everything it needs, and is not kept waiting.
        float clean = 0, perturbed = 0;
        foreach (EopmEnsemble ensemble in ensembles)
        {
            EopmLoss loss = ensemble.ReadLoss(batch.Count);
            clean += loss.Clean / ensembles.Length;
            perturbed += loss.Perturbed / ensembles.Length;
        }

        return new EopmLoss(clean, perturbed, options.Lambda);
    }

    /// <summary>Where the last <see cref="Gradient"/>'s loss stopped being finite, in words.</summary>
    internal string Blame(Batch batch, ReadOnlySpan<ulong> chips)
    {
        using (Tensor fused = generator.Forward(batch.Images, ModeFor(chips.Length)))
            if (!TensorPrimitives.IsFiniteAll<float>(fused.ToArray())) return NonFinite.In(generator, batch.Images, ModeFor(chips.Length));
        foreach (EopmEnsemble ensemble in ensembles)
        {
            int set = ensemble.FirstNonFinite(batch.Count);
            if (set >= 0) return $"base model '{ensemble.Name}' is the first whose answers are not finite, on {(set == 0 ? "its clean weights" : $"chip {chips[set - 1]}")}";
        }

        return "the sum of the losses is not finite, each of them is";
    }

    /// <summary>Gives the buffers back.</summary>
    public void Dispose()
    {
        foreach (EopmEnsemble ensemble in ensembles) ensemble.Dispose();
        before.Dispose();
    }

    /// <summary>
    /// F(x). The reference runs the generator once per chip on the same batch, so that its running statistics see N equal updates of momentum 0.1;
    /// one update of momentum 1 - 0.9^N does the same.
    /// </summary>
    private Tensor Transform(Batch batch, int chips)
    {
        using PhaseScope phase = generator.Device.Phase("generator forward");
        return generator.Forward(batch.Images, ModeFor(chips));
    }

    private ForwardMode ModeFor(int chips) => new(IsTraining: true, WeightBits: options.WeightBits, BatchNormMomentum: 1 - MathF.Pow(0.9f, options.SharesBatch ? 1 : chips));
}
