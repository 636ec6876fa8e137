using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="BatchNormBackward"/>. With n = (x - mean) * inverse deviation: betaGradient = sum g,
/// gammaGradient = sum g n, inputGradient = gamma * inverse deviation * (g - betaGradient / rows - n * gammaGradient / rows).
/// </summary>
/// <param name="X">[rows, channels], the forward pass's input.</param>
/// <param name="OutputGradient">[rows, channels].</param>
/// <param name="Gamma">[channels] factors.</param>
/// <param name="Mean">[channels], as the forward pass left it.</param>
/// <param name="InverseDeviation">[channels], as the forward pass left it.</param>
/// <param name="InputGradient">[rows, channels], written; may be the output gradient's buffer; null when not wanted.</param>
/// <param name="GammaGradient">[channels], written.</param>
/// <param name="BetaGradient">[channels], written.</param>
/// <param name="Rows">Images times pixels.</param>
/// <param name="Channels">Channels.</param>
public readonly record struct BatchNormBackwardArgs(
    Storage<float> X, Storage<float> OutputGradient, Storage<float> Gamma, Storage<float> Mean, Storage<float> InverseDeviation, Storage<float>? InputGradient,
    Storage<float> GammaGradient, Storage<float> BetaGradient, int Rows, int Channels)
    : IKernelCost
{
    /// <summary>Per element 5 operations for the sums and 6 for the input's gradient; the kernel goes over its inputs twice.</summary>
    public KernelCost Cost => InputGradient is null
        ? new(5L * Rows * Channels, sizeof(float) * Channels * ((2L * Rows) + 4), $"{Rows}x{Channels} sums")
        : new(11L * Rows * Channels, sizeof(float) * Channels * ((3L * Rows) + 5), $"{Rows}x{Channels}");
}

/// <summary>The gradients of <see cref="BatchNormForward"/>, through the batch's statistics too.</summary>
public readonly unsafe struct BatchNormBackward : IKernel<BatchNormBackwardArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in BatchNormBackwardArgs args)
    {
        int rows = args.Rows, channels = args.Channels, blocks = RowBlocks.Of(rows);
        using Storage<double> partial = device.Allocate<double>(checked(2 * blocks * channels));
        double* sums = device.Pointer(partial);
        float* x = device.Pointer(args.X), g = device.Pointer(args.OutputGradient), mean = device.Pointer(args.Mean), inverse = device.Pointer(args.InverseDeviation);
        device.For(blocks, new SumBody(x, g, mean, inverse, sums, rows, channels));
        Span<float> gammaGradient = device.Span(args.GammaGradient), betaGradient = device.Span(args.BetaGradient);
        for (int c = 0; c < channels; c++)
        {
            betaGradient[c] = (float)RowSums.Total(sums + c, blocks, 2 * channels);
            gammaGradient[c] = (float)RowSums.Total(sums + channels + c, blocks, 2 * channels);
        }

        if (args.InputGradient is null) return;
        device.For(
            blocks,
            new InputBody(
                x, g, device.Pointer(args.Gamma), mean, inverse, device.Pointer(args.GammaGradient), device.Pointer(args.BetaGradient),
                device.Pointer(args.InputGradient), rows, channels));
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in BatchNormBackwardArgs args)
    {
        var a = new GpuArgs(device, in args);
        GpuColumnSums.Run(device, args.Rows, args.Channels, new GpuTerms(a), new GpuGradients(a));
        if (args.InputGradient is null) return;
        bool chunks = args.Channels % 4 == 0;
        device.Launch(chunks ? GpuBatchNorm.GradientChunksKernel : GpuBatchNorm.GradientKernel, (long)args.Rows * args.Channels / (chunks ? 4 : 1), a);
    }

    /// <summary>Sums a block's gradients, plain and times the normalized input.</summary>
    private readonly struct SumBody(float* x, float* g, float* mean, float* inverse, double* partial, int rows, int channels) : IParallelBody
    {
        public void Run(int item)
        {
            double* sums = partial + (2L * item * channels);
            RowSums.Block(new ValueTerm(g, channels), item, rows, channels, sums);
            RowSums.Block(new ProductTerm(x, g, mean, inverse, channels), item, rows, channels, sums + channels);
        }
    }

    /// <summary>Gradients times normalized inputs.</summary>
    private readonly struct ProductTerm(float* x, float* g, float* mean, float* inverse, int channels) : IRowTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Vector(long row, int channel)
        {
            long at = (row * channels) + channel;
            Vector<float> distance = System.Numerics.Vector.Load(x + at) - System.Numerics.Vector.Load(mean + channel);
            return System.Numerics.Vector.Load(g + at) * (distance * System.Numerics.Vector.Load(inverse + channel));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Scalar(long row, int channel)
        {
            long at = (row * channels) + channel;
            return g[at] * ((x[at] - mean[channel]) * inverse[channel]);
        }
    }

    private readonly struct InputBody(
        float* x, float* g, float* gamma, float* mean, float* inverse, float* gammaGradient, float* betaGradient, float* dx, int rows, int channels) : IParallelBody
    {
        public void Run(int item)
        {
            float share = 1f / rows;
            int end = Math.Min(rows, (item + 1) * RowBlocks.Rows);
            for (int r = item * RowBlocks.Rows; r < end; r++)
            {
                float* xr = x + ((long)r * channels), gr = g + ((long)r * channels), dr = dx + ((long)r * channels);
                int c = 0;
                for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
                {
                    Vector<float> deviation = Vector.Load(inverse + c);
                    Vector<float> n = (Vector.Load(xr + c) - Vector.Load(mean + c)) * deviation;
                    Vector<float> centered = Vector.Load(gr + c) - (Vector.Load(betaGradient + c) * share) - (n * (Vector.Load(gammaGradient + c) * share));
                    Vector.Store(Vector.Load(gamma + c) * deviation * centered, dr + c);
                }

                for (; c < channels; c++)
                {
                    float n = (xr[c] - mean[c]) * inverse[c];
                    dr[c] = gamma[c] * inverse[c] * (gr[c] - (betaGradient[c] * share) - (n * (gammaGradient[c] * share)));
                }
            }
        }
    }

    /// <summary>Gradients, plain and times the normalized input.</summary>
    internal readonly struct GpuTerms(GpuArgs a) : IColumnTerm
    {
        private readonly GpuArgs a = a;

        public SumPair At(long index, int column)
        {
            float g = a.OutputGradient[index];
            return new SumPair(g, g * ((a.X[index] - a.Mean[column]) * a.InverseDeviation[column]));
        }
    }

    /// <summary>The gradients of a channel's factor and summand.</summary>
    internal readonly struct GpuGradients(GpuArgs a) : IColumnResult
    {
        private readonly GpuArgs a = a;

        public void Store(int column, SumPair sums)
        {
            a.BetaGradient[column] = (float)sums.First;
            a.GammaGradient[column] = (float)sums.Second;
        }
    }

    internal readonly struct GpuArgs(GpuDevice device, in BatchNormBackwardArgs args)
    {
        public readonly ArrayView<float> X = device.View(args.X);
        public readonly ArrayView<float> OutputGradient = device.View(args.OutputGradient);
        public readonly ArrayView<float> Gamma = device.View(args.Gamma);
        public readonly ArrayView<float> Mean = device.View(args.Mean);
        public readonly ArrayView<float> InverseDeviation = device.View(args.InverseDeviation);
        public readonly ArrayView<float> InputGradient = device.ViewOrEmpty(args.InputGradient, args.X);
        public readonly ArrayView<float> GammaGradient = device.View(args.GammaGradient);
        public readonly ArrayView<float> BetaGradient = device.View(args.BetaGradient);
        public readonly int Rows = args.Rows;
        public readonly int Channels = args.Channels;
    }
}
