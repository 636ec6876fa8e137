namespace RawFuse.KernelCases;

/// <summary>Inputs of the kernel tables.</summary>
internal static class TestData
{
    /// <summary>Numbers where float arithmetic has its edges, and where the kernels' own formulas change branches.</summary>
    private static readonly float[] Extremes =
    [
        0, -0f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon, 1e-38f,
        0.625f, -0.625f, 0.62499994f, 9.02f, -9.03f, 88.5f, -88.5f, 1, -1,
    ];

    /// <summary>Every length up to several vectors; more than one chunk (16384) of a parallel loop, with and without a remainder.</summary>
    public static IEnumerable<int> Lengths(KernelRun run) => run.Toy ? [0, 1, 7, 40, 133] : [.. Enumerable.Range(0, 71), 16383, 16384, 16385, 50001];

    /// <summary>Whole numbers -4..4: sums and products of them are exact in float32, and often exactly 0 or equal.</summary>
    public static float[] Integers(this Random random, int length) => Make(length, () => random.Next(-4, 5));

    /// <summary>Powers of two, positive and negative: factors that do not round.</summary>
    public static float[] PowersOfTwo(this Random random, int length) => Make(length, () => MathF.ScaleB(random.Next(2) == 0 ? 1 : -1, random.Next(-2, 3)));

    /// <summary>Numbers of mean 0 and variance 1.</summary>
    public static float[] Reals(this Random random, int length) => Make(length, () => (float)((random.NextDouble() * 2) - 1) * MathF.Sqrt(3));

    /// <summary>Numbers from 0.5 to 1.5.</summary>
    public static float[] Positives(this Random random, int length) => Make(length, () => 0.5f + random.NextSingle());

    /// <summary>Random numbers with the extremes strewn among them.</summary>
    public static float[] RealsAndExtremes(this Random random, int length) =>
        Make(length, () => random.Next(3) == 0 ? Extremes[random.Next(Extremes.Length)] : (random.NextSingle() - 0.5f) * 6);

    /// <summary>Any byte.</summary>
    public static byte[] Bytes(this Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>The reference of an element-by-element formula.</summary>
    public static double[] Each(int length, Func<int, double> formula) => [.. Enumerable.Range(0, length).Select(formula)];

    private static float[] Make(int length, Func<float> next)
    {
        var values = new float[length];
        for (int i = 0; i < length; i++) values[i] = next();
        return values;
    }
}
