using RawFuse.NeuralFuse.Faults;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.NeuralFuse.Evaluation;

/// <summary>Measures accuracies on chips.</summary>
public static class Evaluator
{
    /// <summary>Chips that run together: memory does not grow with their number.</summary>
    private const int ChipsPerPass = 10;

    /// <summary>First seed of the paper's evaluation chips, 50000..50009; training draws from 0..29999.</summary>
    public const ulong FirstChip = 50000;

    /// <summary>The paper's evaluation chips.</summary>
    /// <param name="count">Number of chips, 1 or more.</param>
    public static ulong[] Chips(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return [.. Enumerable.Range(0, count).Select(i => FirstChip + (ulong)i)];
    }

    /// <summary>
    /// Evaluates a base model on its clean weights and on chips, without and with a generator, on the same images and chips. Where chips have
    /// transient faults, every forward pass (of a batch, without or with the generator) is an access of its own.
    /// </summary>
    /// <param name="model">The base model.</param>
    /// <param name="fuse">The generator, or null. It runs at nominal voltage, without faults.</param>
    /// <param name="source">Test images; epoch 0 of it.</param>
    /// <param name="population">Where the chips come from.</param>
    /// <param name="chips">Their seeds, 1 or more.</param>
    /// <param name="progress">Told the share done, 0 to 1; null for nobody.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public static EvaluationResult Evaluate(
        FrozenNetwork model, FrozenNetwork? fuse, IImageSource source, ChipPopulation population, IReadOnlyList<ulong> chips, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chips.Count, 1);
        EvaluationResult? result = null;
        foreach (ulong[] some in chips.Chunk(ChipsPerPass))
        {
            double done = (double)(result?.Chips.Count ?? 0) / chips.Count, share = (double)some.Length / chips.Count;
            result = Join(result, EvaluateTogether(model, fuse, source, population, some, part => progress?.Report(done + (share * part)), cancellationToken));
        }

        return result!;
    }

    /// <summary>
    /// The same on so many chips that the means are known: ten more of them until the 95% intervals of the perturbed accuracies, without and with the generator, are
    /// narrow enough. (Stopping by what was found makes intervals a little too sure, the less the more chips there are.)
    /// </summary>
    /// <param name="model">The base model.</param>
    /// <param name="fuse">The generator, or null.</param>
    /// <param name="source">Test images; epoch 0 of it.</param>
    /// <param name="population">Where the chips come from.</param>
    /// <param name="chips">Their seeds, in the order they are taken; 1 or more. When all are taken, it ends.</param>
    /// <param name="halfWidth">What an interval's half may be, in percentage points; more than 0.</param>
    /// <param name="progress">Told the share done, 0 to 1, as far as can be known: intervals narrow with the root of the number of chips. Null for nobody.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public static EvaluationResult EvaluateUntil(
        FrozenNetwork model, FrozenNetwork? fuse, IImageSource source, ChipPopulation population, IEnumerable<ulong> chips, double halfWidth,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        if (!(halfWidth > 0)) throw new ArgumentOutOfRangeException(nameof(halfWidth), halfWidth, "An interval's half width is more than 0.");
        EvaluationResult? result = null;
        foreach (ulong[] some in chips.Chunk(ChipsPerPass))
        {
            result = Join(result, EvaluateTogether(model, fuse, source, population, some, _ => { }, cancellationToken));
            double? wider = ((double?[])[result.Base.Perturbed.HalfWidth, result.WithFuse?.Perturbed.HalfWidth]).Max();
            if (wider <= halfWidth) break;
            if (wider is { } now) progress?.Report(halfWidth / now * (halfWidth / now));
        }

        return result ?? throw new ArgumentException("There are no chips.", nameof(chips));
    }

    /// <summary>The rates that chips really have on a model's weights, on average: faulty cells, and bits that are read differently; both from 0 to 1.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="population">Where the chips come from.</param>
    /// <param name="chips">Their seeds, 1 or more.</param>
    /// <param name="cancellationToken">Stops between two chips.</param>
    public static (double CellBer, double FlipRate) RatesOf(
        FrozenNetwork model, ChipPopulation population, IReadOnlyCollection<ulong> chips, CancellationToken cancellationToken = default)
    {
        var summaries = new List<FaultSummary>();
        foreach (ulong seed in chips)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var memory = new ChipMemory(model.Device, population[seed]);
            summaries.Add(memory.Count(model));
        }

        return (summaries.Average(summary => summary.CellBer), summaries.Average(summary => summary.FlipRate));
    }

    private static EvaluationResult EvaluateTogether(
        FrozenNetwork model, FrozenNetwork? fuse, IImageSource source, ChipPopulation population, ulong[] chips, Action<double> progress,
        CancellationToken cancellationToken)
    {
        Batch.CheckClasses(model.Definition, source);
        int sets = 1 + chips.Length;
        using var faults = new WeightFaults(model, sets);
        faults.Clear(0);
        DrawChips(0);

        var right = new long[sets];
        var rightWithFuse = new long[sets];
        int images = 0;
        long passes = 0;
        foreach (Batch batch in BatchReader.Read(source, epochs: 1, model.Device, cancellationToken))
        {
            if (population.IsTransient && passes > 0) DrawChips(passes);
            passes++;
            Count(model, batch.Images, batch.Labels, faults, right);
            if (fuse is not null)
            {
                using Tensor fused = fuse.Forward(batch.Images);
                if (population.IsTransient) DrawChips(passes);
                passes++;
                Count(model, fused, batch.Labels, faults, rightWithFuse);
            }

            images += batch.Count;
            progress((double)images / source.Count);
        }

        if (images == 0) throw new ArgumentException("There are no images to evaluate on.", nameof(source));
        return new EvaluationResult(Summarize(right, images), fuse is null ? null : Summarize(rightWithFuse, images), chips, images);

        void DrawChips(long access)
        {
            for (int i = 0; i < chips.Length; i++) population.Draw(model, chips[i], faults, i + 1, access);
        }
    }

    /// <summary>What was found on some chips and on others.</summary>
    private static EvaluationResult Join(EvaluationResult? some, EvaluationResult others) => some is null ? others : new(
        Join(some.Base, others.Base), some.WithFuse is null ? null : Join(some.WithFuse, others.WithFuse!), [.. some.Chips, .. others.Chips], some.Images);

    private static Accuracy Join(Accuracy some, Accuracy others) =>
        new(some.Clean, new AccuracyStatistics([.. some.Perturbed.PerChip, .. others.Perturbed.PerChip]));

    /// <summary>Percent of images a network classifies right, without faults.</summary>
    public static double CleanAccuracy(FrozenNetwork model, IImageSource source, CancellationToken cancellationToken = default)
    {
        Batch.CheckClasses(model.Definition, source);
        var right = new long[1];
        int images = 0;
        foreach (Batch batch in BatchReader.Read(source, epochs: 1, model.Device, cancellationToken))
        {
            Count(model, batch.Images, batch.Labels, null, right);
            images += batch.Count;
        }

        return 100.0 * right[0] / images;
    }

    private static void Count(FrozenNetwork model, Tensor images, IReadOnlyList<int> labels, WeightFaults? faults, long[] right)
    {
        using Tensor copies = images.RepeatBatch(right.Length);
        using Tensor logits = model.Forward(copies, faults);
        int classes = logits.Shape[1];
        float[] values = logits.ToArray();
        for (int i = 0; i < logits.Shape[0]; i++)
        {
            // A logit that is not a number makes no answer right.
            ReadOnlySpan<float> row = values.AsSpan(i * classes, classes);
            int best = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(row);
            if (best == labels[i % labels.Count] && !float.IsNaN(row[best])) right[i / labels.Count]++;
        }
    }

    private static Accuracy Summarize(long[] right, int images) =>
        new(100.0 * right[0] / images, new AccuracyStatistics([.. right.Skip(1).Select(count => 100.0 * count / images)]));
}
