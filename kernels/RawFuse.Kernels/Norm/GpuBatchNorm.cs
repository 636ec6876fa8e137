using ILGPU;

namespace RawFuse.Kernels;

/// <summary>The last step of batch normalization and of its gradient on a GPU: every element by itself, four neighbouring channels at a time where they come in fours.</summary>
internal static class GpuBatchNorm
{
    public static void NormalizeKernel(BatchNormForward.GpuArgs a)
    {
        long count = (long)a.Rows * a.Channels;
        for (long i = GridStride.First; i < count; i += GridStride.Step)
        {
            int c = GridStride.Remainder(i, a.Channels);
            a.Y[i] = ((a.X[i] - a.Mean[c]) * (a.InverseDeviation[c] * a.Gamma[c])) + a.Beta[c];
        }
    }

    public static void NormalizeChunksKernel(BatchNormForward.GpuArgs a)
    {
        int chunks = a.Channels / 4;
        long count = (long)a.Rows * chunks;
        ArrayView<Float4> x = a.X.Cast<Float4>(), y = a.Y.Cast<Float4>(), mean = a.Mean.Cast<Float4>();
        ArrayView<Float4> inverse = a.InverseDeviation.Cast<Float4>(), gamma = a.Gamma.Cast<Float4>(), beta = a.Beta.Cast<Float4>();
        for (long i = GridStride.First; i < count; i += GridStride.Step)
        {
            int c = GridStride.Remainder(i, chunks);
            y[i] = ((x[i] - mean[c]) * (inverse[c] * gamma[c])) + beta[c];
        }
    }

    public static void GradientKernel(BatchNormBackward.GpuArgs a)
    {
        long count = (long)a.Rows * a.Channels;
        float share = 1f / a.Rows;
        for (long i = GridStride.First; i < count; i += GridStride.Step)
        {
            int c = GridStride.Remainder(i, a.Channels);
            float n = (a.X[i] - a.Mean[c]) * a.InverseDeviation[c];
            a.InputGradient[i] = a.Gamma[c] * a.InverseDeviation[c] * (a.OutputGradient[i] - (a.BetaGradient[c] * share) - (n * (a.GammaGradient[c] * share)));
        }
    }

    public static void GradientChunksKernel(BatchNormBackward.GpuArgs a)
    {
        int chunks = a.Channels / 4;
        long count = (long)a.Rows * chunks;
        float share = 1f / a.Rows;
        ArrayView<Float4> x = a.X.Cast<Float4>(), g = a.OutputGradient.Cast<Float4>(), dx = a.InputGradient.Cast<Float4>(), mean = a.Mean.Cast<Float4>();
        ArrayView<Float4> inverse = a.InverseDeviation.Cast<Float4>(), gamma = a.Gamma.Cast<Float4>(), dBeta = a.BetaGradient.Cast<Float4>(), dGamma = a.GammaGradient.Cast<Float4>();
        for (long i = GridStride.First; i < count; i += GridStride.Step)
        {
            int c = GridStride.Remainder(i, chunks);
            Float4 deviation = inverse[c], n = (x[i] - mean[c]) * deviation;
            dx[i] = gamma[c] * deviation * (g[i] - (dBeta[c] * share) - (n * (dGamma[c] * share)));
        }
    }
}
