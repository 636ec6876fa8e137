using RawFuse.Kernels;
using RawFuse.NeuralFuse.Faults;

namespace RawFuse.NeuralFuse.Training;

/// <summary>
/// The gradient of the expectation over perturbed models (EOPM):
/// L = CE(M_0(F(x)), y) + lambda / N * sum over chips k of CE(M_k(F(x)), y).
/// <para>
/// The generator runs once forward and once backward. In between, the base model runs forward and backward (to its images only) on 1 + N
/// copies of F(x) at once, as an ensemble of sets of weights {clean, chip 1, ..., chip N}. The gradients equal those of N separate passes.
/// </para>
/// </summary>
public static class EopmStep
{
    /// <summary>Computes the loss and adds its gradient to the generator's trained tensors.</summary>
    /// <param name="generator">The generator, in training mode.</param>
    /// <param name="bases">Base models to protect, 1 or more; with several, their losses are averaged.</param>
    /// <param name="batch">Images and labels.</param>
    /// <param name="chips">Seeds of the chips, 1 or more.</param>
    /// <param name="options">The method's constants.</param>
    /// <param name="access">Number of the chips' access; it matters to transient faults alone.</param>
    /// <returns>The clean loss and the mean loss of the chips.</returns>
    public static EopmLoss Gradient(
        Network generator, IReadOnlyList<FrozenNetwork> bases, Batch batch, ReadOnlySpan<ulong> chips, EopmOptions options, long access = 0)
    {
        using Tape tape = Tape.Start();
        using Tensor transformed = Transform(generator, batch, ModeOf(options, chips.Length));
        using Tensor fused = transformed.Share().TrackGradient();
        float clean = 0, perturbed = 0;
        foreach (FrozenNetwork model in bases)
        {
            EopmLoss loss = Ensemble(model, fused, batch, chips, options, access, 1f / bases.Count);
            clean += loss.Clean / bases.Count;
            perturbed += loss.Perturbed / bases.Count;
        }

        using (generator.Device.Phase("generator backward")) tape.Backward(transformed, fused.Gradient);
        return new EopmLoss(clean, perturbed, options.Lambda);
    }

    /// <summary>
    /// The generator's mode. The reference runs it once per chip on the same batch, so that its running statistics see N equal updates of momentum 0.1;
    /// one update of momentum 1 - 0.9^N does the same.
    /// </summary>
    private static ForwardMode ModeOf(EopmOptions options, int chips) =>
        new(IsTraining: true, WeightBits: options.WeightBits, BatchNormMomentum: 1 - MathF.Pow(0.9f, chips));

    /// <summary>Runs one base model on the clean weights and all chips; the gradient lands in <paramref name="fused"/>.</summary>
    private static EopmLoss Ensemble(
        FrozenNetwork model, Tensor fused, Batch batch, ReadOnlySpan<ulong> chips, EopmOptions options, long access, float share)
    {
        int all = 1 + chips.Length, perPass = options.SetsPerPass == 0 ? all : options.SetsPerPass;
        float clean = 0, perturbed = 0;
        for (int first = 0; first < all; first += perPass)
        {
            int sets = Math.Min(perPass, all - first);
            using WeightFaults faults = DrawSets(model, chips, first, sets, options.Population, access);
            using Storage<int> labels = batch.UploadLabels(sets);
            using Storage<float> weights = model.Device.Allocate<float>(WeightsOf(first, sets, chips.Length, batch.Count, options.Lambda, share));
            using Tape tape = Tape.Start();
            using Tensor loss = LossOf(model, fused, faults, labels, weights, out Tensor losses);
            using (model.Device.Phase("base backward")) tape.Backward(loss);
            using (losses)
            {
                float[] values = losses.ToArray();
                for (int i = 0; i < values.Length; i++)
                {
                    if (first + (i / batch.Count) == 0) clean += values[i] / share;
                    else perturbed += options.Lambda == 0 ? 0 : values[i] / share / options.Lambda;
                }
            }
        }

        return new EopmLoss(clean, perturbed, options.Lambda);
    }

    private static Tensor Transform(Network generator, Batch batch, ForwardMode mode)
    {
        using PhaseScope phase = generator.Device.Phase("generator forward");
        return generator.Forward(batch.Images, mode);
    }

    private static Tensor LossOf(
        FrozenNetwork model, Tensor fused, WeightFaults faults, Storage<int> labels, Storage<float> weights, out Tensor losses)
    {
        using PhaseScope phase = model.Device.Phase("base forward");
        using Tensor copies = fused.RepeatBatch(faults.Sets);
        using Tensor logits = model.Forward(copies, faults);
        return logits.SoftmaxCrossEntropy(labels, weights, out losses);
    }

    /// <summary>Masks of sets first..first+sets-1; set 0 is the clean model.</summary>
    private static WeightFaults DrawSets(FrozenNetwork model, ReadOnlySpan<ulong> chips, int first, int sets, ChipPopulation population, long access)
    {
        using PhaseScope phase = model.Device.Phase("fault masks");
        var faults = new WeightFaults(model, sets);
        for (int set = 0; set < sets; set++)
        {
            if (first + set == 0) faults.Clear(set);
            else population.Draw(model, chips[first + set - 1], faults, set, access);
        }

        return faults;
    }

    /// <summary>Per image 1/B for the clean model, lambda/(N B) for a chip, times the base model's share.</summary>
    private static float[] WeightsOf(int first, int sets, int chips, int images, float lambda, float share)
    {
        var weights = new float[sets * images];
        for (int i = 0; i < weights.Length; i++) weights[i] = (first + (i / images) == 0 ? 1f : lambda / chips) / images * share;
        return weights;
    }
}

/// <summary>The two parts of the EOPM loss.</summary>
/// <param name="Clean">Cross-entropy of the clean model.</param>
/// <param name="Perturbed">Mean cross-entropy of the chips.</param>
/// <param name="Lambda">Weight of the second part.</param>
public readonly record struct EopmLoss(float Clean, float Perturbed, float Lambda)
{
    /// <summary>The loss that is minimized.</summary>
    public float Total => Clean + (Lambda * Perturbed);
}
