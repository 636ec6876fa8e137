namespace RawFuse;

/// <summary>Learning rates by step, from 0.</summary>
public static class LearningRate
{
    /// <summary>The initial rate times <paramref name="factor"/> for every full <paramref name="every"/> steps.</summary>
    public static float Staircase(int step, float initial, float factor, int every) => initial * MathF.Pow(factor, step / every);

    /// <summary>One cycle (Smith, 2018): rises linearly to the peak over the first share of the steps, then falls along half a cosine to nearly 0.</summary>
    /// <param name="step">0 to total - 1.</param>
    /// <param name="total">Number of steps, 1 or more.</param>
    /// <param name="peak">The highest rate.</param>
    /// <param name="warmup">Share of the steps before the peak, 0 to below 1.</param>
    public static float OneCycle(int step, int total, float peak, float warmup = 0.2f)
    {
        float progress = (step + 1f) / (total + 1f);
        if (progress < warmup) return peak * progress / warmup;
        return peak * 0.5f * (1 + MathF.Cos(MathF.PI * (progress - warmup) / (1 - warmup)));
    }
}
