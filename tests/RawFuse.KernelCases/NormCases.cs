using RawFuse.Kernels;
using static RawFuse.KernelCases.TestData;

namespace RawFuse.KernelCases;

/// <summary>Batch normalization: forward, backward, and folded to a factor and a summand.</summary>
internal static class NormCases
{
    private const float Momentum = 0.1f, Epsilon = 1e-5f;

    public static readonly KernelCase[] All =
    [
        .. from rows in (int[])[2, 5, 60, 255, 256, 257, 700]
           from channels in (int[])[1, 3, 8, 16, 33]
           from batchNorm in (Func<int, int, KernelCase>[])[Forward, Backward]
           select batchNorm(rows, channels),
        Fold(),
    ];

    private static KernelCase Forward(int rows, int channels) => new(
        $"batch norm forward {rows} rows {channels} channels",
        run =>
        {
            foreach (float offset in (float[])[0, 1000])
            {
                float[] x = Array.ConvertAll(run.Random.Reals(rows * channels), value => value + offset);
                float[] gamma = run.Random.Reals(channels), beta = run.Random.Reals(channels);
                float[] oldMean = run.Random.Reals(channels), oldVariance = run.Random.Positives(channels);
                Storage<float> y = run.Output<float>(rows * channels), mean = run.Output<float>(channels), inverse = run.Output<float>(channels);
                Storage<float> runningMean = run.InOut(oldMean), runningVariance = run.InOut(oldVariance);
                run.Launch<BatchNormForward, BatchNormForwardArgs>(new(
                    run.Input(x), y, run.Input(gamma), run.Input(beta), mean, inverse, runningMean, runningVariance, rows, channels, Momentum, Epsilon));

                double Mean(int c) => Enumerable.Range(0, rows).Average(r => (double)x[(r * channels) + c]);
                double Squares(int c)
                {
                    double m = Mean(c);
                    return Enumerable.Range(0, rows).Sum(r => Math.Pow(x[(r * channels) + c] - m, 2));
                }

                double[] means = Each(channels, Mean), squares = Each(channels, Squares);
                double Inverse(int c) => 1 / Math.Sqrt((squares[c] / rows) + Epsilon);

                // An input of 1000 has a last digit of 6e-5, and so has its mean.
                Tolerance tolerance = offset == 0 ? Statistics : FarFromZero;
                run.Expect(mean, tolerance, () => means);
                run.Expect(inverse, tolerance, () => Each(channels, Inverse));
                run.Expect(runningMean, tolerance, () => Each(channels, c => oldMean[c] + (Momentum * (means[c] - oldMean[c]))));
                run.Expect(runningVariance, tolerance, () => Each(channels, c => oldVariance[c] + (Momentum * ((squares[c] / (rows - 1)) - oldVariance[c]))));
                double Output(int i, int c) => ((x[i] - means[c]) * Inverse(c) * gamma[c]) + beta[c];
                run.Expect(y, tolerance, () => Each(x.Length, i => Output(i, i % channels)));
            }
        },
        Emulate: rows * channels <= 300);

    private static KernelCase Backward(int rows, int channels) => new(
        $"batch norm backward {rows} rows {channels} channels",
        run =>
        {
            float[] x = run.Random.Reals(rows * channels), dy = run.Random.Reals(rows * channels);
            float[] gamma = run.Random.Reals(channels), mean = run.Random.Reals(channels), inverse = run.Random.Positives(channels);
            double Normalized(int i) => ((double)x[i] - mean[i % channels]) * inverse[i % channels];
            double[] Sums(Func<int, double> term) => Each(channels, c => Enumerable.Range(0, rows).Sum(r => term((r * channels) + c)));
            var dBeta = new Lazy<double[]>(() => Sums(i => dy[i]));
            var dGamma = new Lazy<double[]>(() => Sums(i => dy[i] * Normalized(i)));

            foreach (bool withInput in (bool[])[true, false])
            {
                // The input gradient takes the output gradient's place.
                Storage<float> gradient = run.InOut(dy), gammaGradient = run.Output<float>(channels), betaGradient = run.Output<float>(channels);
                run.Launch<BatchNormBackward, BatchNormBackwardArgs>(new(
                    run.Input(x), gradient, run.Input(gamma), run.Input(mean), run.Input(inverse), withInput ? gradient : null, gammaGradient, betaGradient,
                    rows, channels));
                run.Expect(betaGradient, Tolerance.LongSum, () => dBeta.Value);
                run.Expect(gammaGradient, Tolerance.LongSum, () => dGamma.Value);
                double Gradient(int i, int c) => gamma[c] * inverse[c] * (dy[i] - ((dBeta.Value[c] + (Normalized(i) * dGamma.Value[c])) / rows));
                run.Expect(gradient, Statistics, () => Each(dy.Length, i => withInput ? Gradient(i, i % channels) : dy[i]));
            }
        },
        Emulate: rows * channels <= 300);

    private static KernelCase Fold() => new("batch norm folded", run =>
    {
        foreach (int channels in Enumerable.Range(1, 20))
        {
            float[] gamma = run.Random.Reals(channels), beta = run.Random.Reals(channels);
            float[] mean = run.Random.Reals(channels), variance = run.Random.Positives(channels);
            foreach (float[]? bias in (float[]?[])[run.Random.Reals(channels), null])
            {
                Storage<float> scale = run.Output<float>(channels), shift = run.Output<float>(channels);
                run.Launch<BatchNormFold, BatchNormFoldArgs>(new(
                    run.Input(gamma), run.Input(beta), run.Input(mean), run.Input(variance), bias is null ? null : run.Input(bias), Epsilon, scale, shift,
                    channels));
                double Scale(int c) => gamma[c] / Math.Sqrt((double)variance[c] + Epsilon);
                run.Expect(scale, Tolerance.FewRoundings, () => Each(channels, Scale));
                run.Expect(shift, Tolerance.FewRoundings, () => Each(channels, c => beta[c] + (Scale(c) * ((bias?[c] ?? 0) - (double)mean[c]))));
            }
        }
    });

    private static readonly Tolerance Statistics = new(1e-5, 1e-5);

    private static readonly Tolerance FarFromZero = new(3e-3, 1e-4);
}
