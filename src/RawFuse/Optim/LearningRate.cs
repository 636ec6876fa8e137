namespace RawFuse;

/// <summary>How the learning rate changes from step to step.</summary>
public abstract record LearningRate
{
    private protected LearningRate()
    {
    }

    /// <summary>The rate of a step.</summary>
    /// <param name="step">0 to total - 1.</param>
    /// <param name="total">Number of steps planned, 1 or more.</param>
    public abstract float At(int step, int total);

    private protected static float Positive(float rate, string name) =>
        rate > 0 && float.IsFinite(rate) ? rate : throw new ArgumentOutOfRangeException(name, rate, "A learning rate is more than 0 and finite.");
}

/// <summary>The same rate in all steps.</summary>
/// <param name="Rate">The rate, more than 0.</param>
public sealed record ConstantRate(float Rate) : LearningRate
{
    /// <summary>The rate.</summary>
    public float Rate { get; } = Positive(Rate, nameof(Rate));

    /// <inheritdoc/>
    public override float At(int step, int total) => Rate;
}

/// <summary>A rate that falls at regular intervals; the paper's for generators.</summary>
/// <param name="Initial">The first rate, more than 0.</param>
/// <param name="Factor">What it is multiplied by, more than 0.</param>
/// <param name="Every">Steps between two such reductions, 1 or more.</param>
public sealed record StaircaseRate(float Initial, float Factor = 0.96f, int Every = 500) : LearningRate
{
    /// <summary>The first rate.</summary>
    public float Initial { get; } = Positive(Initial, nameof(Initial));

    /// <summary>What it is multiplied by.</summary>
    public float Factor { get; } = Positive(Factor, nameof(Factor));

    /// <summary>Steps between two such reductions.</summary>
    public int Every { get; } = Every > 0 ? Every : throw new ArgumentOutOfRangeException(nameof(Every), Every, "Steps between two reductions are 1 or more.");

    /// <inheritdoc/>
    public override float At(int step, int total) => Initial * MathF.Pow(Factor, step / Every);
}

/// <summary>
/// One cycle (Smith, 2018): the rate rises linearly to its peak over the first share of the steps, then falls along half a cosine to nearly 0. Without the rise it is the cosine
/// schedule of Loshchilov and Hutter (2017).
/// </summary>
/// <param name="Peak">The highest rate, more than 0.</param>
/// <param name="Warmup">Share of the steps before the peak, 0 to below 1.</param>
public sealed record OneCycleRate(float Peak, float Warmup = 0.2f) : LearningRate
{
    /// <summary>The highest rate.</summary>
    public float Peak { get; } = Positive(Peak, nameof(Peak));

    /// <summary>Share of the steps before the peak.</summary>
    public float Warmup { get; } = Warmup is >= 0 and < 1 ? Warmup : throw new ArgumentOutOfRangeException(nameof(Warmup), Warmup, "The warm-up takes 0 to below 1 of the steps.");

    /// <inheritdoc/>
    public override float At(int step, int total)
    {
        float progress = (step + 1f) / (total + 1f);
        if (progress < Warmup) return Peak * progress / Warmup;
        return Peak * 0.5f * (1 + MathF.Cos(MathF.PI * (progress - Warmup) / (1 - Warmup)));
    }
}
