using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>Sums over rows, the loss of classification, and the search for what is no number.</summary>
internal static class ReduceCases
{
    public static readonly KernelCase[] All =
    [
        .. ((int[])[0, 1, 2, 17, 255, 256, 257, 700]).Select(SumRows),
        FlagNonFinite(),
        CrossEntropy("real logits", (random, _, _) => (float)random.NextDouble() * 4),
        CrossEntropy("huge logits", (random, _, _) => random.Next(-3, 4) * 1e4f),
        CrossEntropy("the largest logits there are", (random, _, _) => random.Next(2) == 0 ? float.MaxValue : float.MinValue),
        CrossEntropy("tiny differences", (random, _, _) => 1 + (random.Next(3) * 1e-7f)),
        CrossEntropy("impossible classes", (_, n, c) => c == 0 || (n + c) % 3 == 0 ? c : float.NegativeInfinity),
        CrossEntropy("real logits, smoothed labels", (random, _, _) => (float)random.NextDouble() * 4, smoothing: 0.1f),
        CrossEntropy("huge logits, smoothed labels", (random, _, _) => random.Next(-3, 4) * 1e4f, smoothing: 0.25f),
        CrossEntropy("real logits, labels smoothed away", (random, _, _) => (float)random.NextDouble() * 4, smoothing: 1),
        CrossEntropy("impossible classes, smoothed labels", (_, n, c) => c == 0 || (n + c) % 3 == 0 ? c : float.NegativeInfinity, smoothing: 0.1f),
        CrossEntropy("NaN, smoothed labels", (_, n, c) => n % 2 == 0 && c == n / 2 ? float.NaN : c, smoothing: 0.1f),
        CrossEntropy("NaN", (_, n, c) => n % 2 == 0 && c == n / 2 ? float.NaN : c),
    ];

    private static KernelCase SumRows(int rows) => new($"sum of {rows} rows", run =>
    {
        foreach (int columns in run.Toy ? (IEnumerable<int>)[1, 9] : Enumerable.Range(1, 70))
        {
            float[] x = run.Random.Integers(rows * columns);
            Storage<float> sums = run.Output<float>(columns);
            run.Launch<SumRows, SumRowsArgs>(new(run.Input(x), sums, rows, columns));
            run.Expect(sums, Tolerance.Exact, () => Each(columns, c => Enumerable.Range(0, rows).Sum(r => (double)x[(r * columns) + c])));
        }
    });

    /// <summary>Tensors without one, and with one at the first, the last or any other place; more of them than a launch takes.</summary>
    private static KernelCase FlagNonFinite() => new("values that are not finite", run =>
    {
        int[] lengths = [0, 1, 1, 2, 3, 4, 4, 5, 0, 7, 8, 9, 33, 1023, 1024, 1025, 1025, 3000, 3000];
        float[] bad = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -float.NaN];
        var tensors = new List<FlaggedTensor>();
        var expected = new List<double>();
        foreach (int length in lengths)
        {
            float[] values = run.Random.Reals(length);
            if (length > 0) values[run.Random.Next(length)] = run.Random.Next(2) == 0 ? float.MaxValue : float.Epsilon;
            bool isBad = length > 0 && tensors.Count % 3 != 0;
            if (isBad) values[tensors.Count % 3 == 1 ? run.Random.Next(length) : run.Random.Next(2) * (length - 1)] = bad[run.Random.Next(bad.Length)];
            tensors.Add(new(run.Input(values), length));
            expected.Add(isBad ? 1 : 0);
        }

        Storage<int> flags = run.Output<int>(lengths.Length);
        run.Launch<FlagNonFinite, FlagNonFiniteArgs>(new(tensors.ToArray(), flags));
        run.Expect(flags, Tolerance.Exact, () => [.. expected]);
    });

    private static KernelCase CrossEntropy(string name, Func<Random, int, int, float> logit, float smoothing = 0) => new($"cross-entropy of {name}", run =>
    {
        foreach ((int images, int classes, int copies) in ((int, int, int)[])[(0, 10, 1), (1, 1, 1), (3, 2, 1), (25, 10, 1), (7, 16, 1), (6, 17, 1), (4, 100, 1), (2, 300, 1), (12, 10, 3), (6, 5, 6), (6, 20, 2)])
        {
            float[] logits = [.. from n in Enumerable.Range(0, images) from c in Enumerable.Range(0, classes) select logit(run.Random, n, c)];
            int[] labels = [.. Enumerable.Range(0, images / copies).Select(_ => run.Random.Next(classes))];
            float[] weights = run.Random.Positives(images);
            foreach (bool withGradient in (bool[])[true, false])
            {
                Storage<float> losses = run.Output<float>(images);
                Storage<float>? gradient = withGradient ? run.Output<float>(images * classes) : null;
                run.Launch<SoftmaxCrossEntropy, SoftmaxCrossEntropyArgs>(new(
                    run.Input(logits), run.Input(labels), run.Input(weights), losses, gradient, images, classes, copies, smoothing));

                // A NaN among the logits makes the sum, and with it everything, NaN.
                double Logit(int n, int c) => logits[(n * classes) + c];
                int Label(int n) => labels[n % labels.Length];
                double Largest(int n) => Enumerable.Range(0, classes).Max(c => Logit(n, c));
                double Sum(int n) => Enumerable.Range(0, classes).Sum(c => Math.Exp(Logit(n, c) - Largest(n)));
                double Target(int n, int c) => ((c == Label(n) ? 1 : 0) * (1 - (double)smoothing)) + ((double)smoothing / classes);
                double Term(int n, int c) => Target(n, c) == 0 ? 0 : Target(n, c) * (Largest(n) - Logit(n, c));
                double Loss(int n) => weights[n] * (Math.Log(Sum(n)) + Enumerable.Range(0, classes).Sum(c => Term(n, c)));
                double Gradient(int n, int c) => weights[n] * ((Math.Exp(Logit(n, c) - Largest(n)) / Sum(n)) - Target(n, c));
                run.Expect(losses, Tolerance.FewRoundings, () => Each(images, Loss));
                if (gradient is not null) run.Expect(gradient, Tolerance.FewRoundings, () => Each(images * classes, i => Gradient(i / classes, i % classes)));
            }
        }
    });
}
