namespace RawFuse.NeuralFuse.Training;

/// <summary>Learning rate schedules by name, as users choose them.</summary>
public static class RateSchedules
{
    /// <summary>Rises, then falls along half a cosine to nearly 0.</summary>
    public const string OneCycle = "one-cycle";

    /// <summary>Falls at regular intervals.</summary>
    public const string Staircase = "staircase";

    /// <summary>Falls along half a cosine to nearly 0.</summary>
    public const string Cosine = "cosine";

    /// <summary>Stays.</summary>
    public const string Constant = "constant";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [OneCycle, Staircase, Cosine, Constant];

    /// <summary>Makes a schedule.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="rate">The first, the highest or the only rate.</param>
    /// <param name="warmup">Share of the steps in which the rate rises; null for 0.2 with one cycle and 0 with the cosine, which are the only ones that can have it.</param>
    /// <param name="factor">What a staircase multiplies the rate by.</param>
    /// <param name="every">Steps between two such reductions.</param>
    /// <exception cref="ArgumentException">The name is unknown, a number out of its range, or there is a warm-up for a schedule that has none.</exception>
    public static LearningRate Make(string name, float rate, float? warmup = null, float factor = 0.96f, int every = 500)
    {
        if (warmup is not null && name is not (OneCycle or Cosine)) throw new ArgumentException($"A {name} schedule has no warm-up; expected {OneCycle} or {Cosine}.", nameof(warmup));
        return name switch
        {
            OneCycle => new OneCycleRate(rate, warmup ?? 0.2f),
            Staircase => new StaircaseRate(rate, factor, every),
            Cosine => new OneCycleRate(rate, warmup ?? 0),
            Constant => new ConstantRate(rate),
            _ => throw new ArgumentException($"Unknown schedule '{name}'; known are {string.Join(", ", Names)}.", nameof(name)),
        };
    }
}
