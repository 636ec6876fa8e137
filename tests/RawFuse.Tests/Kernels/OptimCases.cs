using RawFuse.Kernels;
using RawFuse.Tests.Support;
using static RawFuse.Tests.Kernels.TestData;

namespace RawFuse.Tests.Kernels;

/// <summary>Single steps of the optimizers, from any state.</summary>
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
    ];

    private static KernelCase Sgd(string name, float momentum, float weightDecay, bool nesterov) => new($"SGD {name}", run =>
    {
        const float rate = 0.1f;
        foreach (int length in Lengths(run))
        {
            float[] w = run.Random.Reals(length), g = run.Random.Reals(length), v = run.Random.Reals(length);
            Storage<float> weights = run.InOut(w), velocity = run.InOut(v);
            run.Launch<SgdStep, SgdStepArgs>(new(weights, run.Input(g), velocity, length, rate, momentum, weightDecay, nesterov));
            double Slope(int i) => g[i] + ((double)weightDecay * w[i]);
            double Velocity(int i) => ((double)momentum * v[i]) + Slope(i);
            run.Expect(velocity, Tolerance.FewRoundings, () => Each(length, Velocity));
            double Step(int i) => nesterov ? Slope(i) + (momentum * Velocity(i)) : Velocity(i);
            run.Expect(weights, Tolerance.FewRoundings, () => Each(length, i => w[i] - (rate * Step(i))));
        }
    });

    private static KernelCase Adam(int step) => new($"Adam step {step}", run =>
    {
        const float rate = 0.01f, epsilon = 1e-8f;
        const double beta1 = 0.9, beta2 = 0.999;
        Tolerance moments = step == 1 ? Relative : Tolerance.FewRoundings;
        foreach (int length in Lengths(run))
        {
            float[] w = run.Random.Reals(length), g = run.Random.Reals(length);
            float[] m = step == 1 ? new float[length] : run.Random.Reals(length);
            float[] v = step == 1 ? new float[length] : run.Random.Positives(length);
            Storage<float> weights = run.InOut(w), mean = run.InOut(m), variance = run.InOut(v);
            run.Launch<AdamStep, AdamStepArgs>(new(weights, run.Input(g), mean, variance, length, rate, beta1, beta2, epsilon, step));
            double Mean(int i) => (beta1 * m[i]) + ((1 - beta1) * g[i]);
            double Variance(int i) => (beta2 * v[i]) + ((1 - beta2) * g[i] * g[i]);
            run.Expect(mean, moments, () => Each(length, Mean));
            run.Expect(variance, moments, () => Each(length, Variance));
            run.Expect(weights, Tolerance.FewRoundings, () => Each(length, i =>
                w[i] - (rate * (Mean(i) / (1 - Math.Pow(beta1, step))) / (Math.Sqrt(Variance(i) / (1 - Math.Pow(beta2, step))) + epsilon))));
        }
    });
}
