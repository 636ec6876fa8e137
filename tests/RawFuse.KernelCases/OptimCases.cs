using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>Single steps of the optimizers, from any state, on many tensors at once.</summary>
internal static class OptimCases
{
    /// <summary>Moments that start at 0 are single products: nothing cancels, and 1 - beta shows all its digits.</summary>
    private static readonly Tolerance Relative = new(0, 1e-6);

    public static readonly KernelCase[] All =
    [
        Sgd("plain", momentum: 0, weightDecay: 0, nesterov: false),
        Sgd("momentum and weight decay", momentum: 0.9f, weightDecay: 5e-4f, nesterov: false),
        Sgd("Nesterov", momentum: 0.9f, weightDecay: 5e-4f, nesterov: true),
        Adam(step: 1),
        Adam(step: 2),
        Adam(step: 1000),
        Average(share: 0),
        Average(share: 0.01f),
        Average(share: 1),
    ];

    private static KernelCase Sgd(string name, float momentum, float weightDecay, bool nesterov) => new($"SGD {name}", run =>
    {
        const float rate = 0.1f;
        var tensors = new List<SgdTensor>();
        var expectations = new List<Action>();
        foreach (int length in AllLengths(run))
        {
            float[] w = run.Random.Reals(length), g = run.Random.Reals(length), v = run.Random.Reals(length);
            Storage<float> weights = run.InOut(w), velocity = run.InOut(v);
            tensors.Add(new(weights, run.Input(g), velocity, length));
            double Slope(int i) => g[i] + ((double)weightDecay * w[i]);
            double Velocity(int i) => ((double)momentum * v[i]) + Slope(i);
            double Step(int i) => nesterov ? Slope(i) + (momentum * Velocity(i)) : Velocity(i);
            expectations.Add(() => run.Expect(velocity, Tolerance.FewRoundings, () => Each(length, Velocity)));
            expectations.Add(() => run.Expect(weights, Tolerance.FewRoundings, () => Each(length, i => w[i] - (rate * Step(i)))));
        }

        run.Launch<SgdStep, SgdStepArgs>(new(tensors.ToArray(), rate, momentum, weightDecay, nesterov));
        expectations.ForEach(expect => expect());
    });

    /// <param name="step">Number of the first tensor's step; those behind are one step further each.</param>
    private static KernelCase Adam(int step) => new($"Adam step {step}", run =>
    {
        const float rate = 0.01f, epsilon = 1e-8f;
        const double beta1 = 0.9, beta2 = 0.999;
        var tensors = new List<AdamTensor>();
        var expectations = new List<Action>();
        foreach (int length in AllLengths(run))
        {
            int t = step + tensors.Count;
            Tolerance moments = t == 1 ? Relative : Tolerance.FewRoundings;
            float[] w = run.Random.Reals(length), g = run.Random.Reals(length);
            float[] m = t == 1 ? new float[length] : run.Random.Reals(length);
            float[] v = t == 1 ? new float[length] : run.Random.Positives(length);
            Storage<float> weights = run.InOut(w), mean = run.InOut(m), variance = run.InOut(v);
            tensors.Add(new(weights, run.Input(g), mean, variance, length, t));
            double Mean(int i) => (beta1 * m[i]) + ((1 - beta1) * g[i]);
            double Variance(int i) => (beta2 * v[i]) + ((1 - beta2) * g[i] * g[i]);
            expectations.Add(() => run.Expect(mean, moments, () => Each(length, Mean)));
            expectations.Add(() => run.Expect(variance, moments, () => Each(length, Variance)));
            expectations.Add(() => run.Expect(weights, Tolerance.FewRoundings, () => Each(length, i =>
                w[i] - (rate * (Mean(i) / (1 - Math.Pow(beta1, t))) / (Math.Sqrt(Variance(i) / (1 - Math.Pow(beta2, t))) + epsilon)))));
        }

        run.Launch<AdamStep, AdamStepArgs>(new(tensors.ToArray(), rate, beta1, beta2, epsilon));
        expectations.ForEach(expect => expect());
    });

    private static KernelCase Average(float share) => new(FormattableString.Invariant($"average with a share of {share}"), run =>
    {
        var tensors = new List<AveragedTensor>();
        var expectations = new List<Action>();
        foreach (int length in AllLengths(run))
        {
            float[] values = run.Random.Reals(length), old = run.Random.Reals(length);
            Storage<float> average = run.InOut(old);
            tensors.Add(new(run.Input(values), average, length));
            expectations.Add(() => run.Expect(average, Tolerance.FewRoundings, () => Each(length, i => old[i] + ((double)share * (values[i] - old[i])))));
        }

        run.Launch<AverageStep, AverageStepArgs>(new(tensors.ToArray(), share));
        expectations.ForEach(expect => expect());
    });

    /// <summary>The first tensor is one that a first step of Adam can be seen on; they are more than a launch takes, small and large, empty ones among them.</summary>
    private static int[] AllLengths(KernelRun run) => [100, .. Lengths(run), 1023, 1024, 0, 1025, 3000];
}
