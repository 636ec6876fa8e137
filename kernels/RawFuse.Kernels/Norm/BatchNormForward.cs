using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="BatchNormForward"/>: batch normalization in training, over the rows of [rows, channels].
/// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta with the batch's own mean and (biased) variance.
/// </summary>
/// <param name="X">[rows, channels].</param>
/// <param name="Y">[rows, channels].</param>
/// <param name="Gamma">[channels] factors.</param>
/// <param name="Beta">[channels] summands.</param>
/// <param name="Mean">[channels], receives the batch's mean.</param>
/// <param name="InverseDeviation">[channels], receives 1 / sqrt(variance + epsilon).</param>
/// <param name="RunningMean">[channels], moved towards the batch's mean by the momentum.</param>
/// <param name="RunningVariance">[channels], moved towards the batch's unbiased variance by the momentum.</param>
/// <param name="Rows">Images times pixels, at least 2.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Momentum">Weight of the batch in the running statistics, 0 to 1 (PyTorch's convention).</param>
/// <param name="Epsilon">Added to the variance.</param>
public readonly record struct BatchNormForwardArgs(
    Storage<float> X, Storage<float> Y, Storage<float> Gamma, Storage<float> Beta, Storage<float> Mean, Storage<float> InverseDeviation,
    Storage<float> RunningMean, Storage<float> RunningVariance, int Rows, int Channels, float Momentum, float Epsilon)
    : IKernelCost
{
    /// <summary>Per element 1 operation for the mean, 3 for the variance and 3 for the result; the kernel goes over its input three times.</summary>
    public KernelCost Cost => new(7L * Rows * Channels, sizeof(float) * Channels * ((2L * Rows) + 8), $"{Rows}x{Channels}");
}

/// <summary>Batch normalization with the batch's statistics.</summary>
public readonly unsafe struct BatchNormForward : IKernel<BatchNormForwardArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in BatchNormForwardArgs args)
    {
        int rows = args.Rows, channels = args.Channels, blocks = RowBlocks.Of(rows);
        using Storage<double> partial = device.Allocate<double>(checked(blocks * channels));
        float* x = device.Pointer(args.X), mean = device.Pointer(args.Mean), inverse = device.Pointer(args.InverseDeviation);
        double* sums = device.Pointer(partial);

        // Two passes, each summed in double: no cancellation when the mean is far from 0.
        device.For(blocks, new SumBody<ValueTerm>(new ValueTerm(x, channels), sums, rows, channels));
        for (int c = 0; c < channels; c++) mean[c] = (float)(RowSums.Total(sums + c, blocks, channels) / rows);
        device.For(blocks, new SumBody<SquareTerm>(new SquareTerm(x, mean, channels), sums, rows, channels));
        Span<float> runningMean = device.Span(args.RunningMean), runningVariance = device.Span(args.RunningVariance);
        for (int c = 0; c < channels; c++)
        {
            double squares = RowSums.Total(sums + c, blocks, channels);
            inverse[c] = (float)(1 / Math.Sqrt((squares / rows) + args.Epsilon));
            runningMean[c] += args.Momentum * (mean[c] - runningMean[c]);
            runningVariance[c] += args.Momentum * ((float)(squares / (rows - 1)) - runningVariance[c]);
        }

        device.For(
            blocks, new NormalizeBody(x, device.Pointer(args.Y), device.Pointer(args.Gamma), device.Pointer(args.Beta), mean, inverse, rows, channels));
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in BatchNormForwardArgs args)
    {
        var a = new GpuArgs(device, in args);
        GpuColumnSums.Run(device, args.Rows, args.Channels, new GpuMoments(a), new GpuStatistics(a));
        bool chunks = args.Channels % 4 == 0;
        device.Launch(chunks ? GpuBatchNorm.NormalizeChunksKernel : GpuBatchNorm.NormalizeKernel, (long)args.Rows * args.Channels / (chunks ? 4 : 1), a);
    }

    private readonly struct SumBody<TTerm>(TTerm term, double* partial, int rows, int channels) : IParallelBody
        where TTerm : struct, IRowTerm
    {
        public void Run(int item) => RowSums.Block(term, item, rows, channels, partial + ((long)item * channels));
    }

    /// <summary>Squares of the distances from the mean.</summary>
    private readonly struct SquareTerm(float* x, float* mean, int channels) : IRowTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Vector(long row, int channel)
        {
            Vector<float> distance = System.Numerics.Vector.Load(x + (row * channels) + channel) - System.Numerics.Vector.Load(mean + channel);
            return distance * distance;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Scalar(long row, int channel)
        {
            float distance = x[(row * channels) + channel] - mean[channel];
            return distance * distance;
        }
    }

    private readonly struct NormalizeBody(float* x, float* y, float* gamma, float* beta, float* mean, float* inverse, int rows, int channels) : IParallelBody
    {
        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowBlocks.Rows);
            for (int r = item * RowBlocks.Rows; r < end; r++)
            {
                float* from = x + ((long)r * channels), to = y + ((long)r * channels);
                int c = 0;
                for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
                {
                    var factor = Vector.Load(inverse + c) * Vector.Load(gamma + c);
                    var centered = Vector.Load(from + c) - Vector.Load(mean + c);
                    Vector.Store((centered * factor) + Vector.Load(beta + c), to + c);
                }

                for (; c < channels; c++) to[c] = ((from[c] - mean[c]) * (inverse[c] * gamma[c])) + beta[c];
            }
        }
    }

    /// <summary>The sums of elements and of their squares: exact enough in double for any data of float32.</summary>
    internal readonly struct GpuMoments(GpuArgs a) : IColumnTerm
    {
        private readonly GpuArgs a = a;

        public SumPair At(long index, int column)
        {
            double x = a.X[index];
            return new SumPair(x, x * x);
        }
    }

    /// <summary>The statistics of a channel.</summary>
    internal readonly struct GpuStatistics(GpuArgs a) : IColumnResult
    {
        private readonly GpuArgs a = a;

        public void Store(int column, SumPair sums)
        {
            double squares = sums.Second - (sums.First * sums.First / a.Rows);
            if (squares < 0) squares = 0;
            float mean = (float)(sums.First / a.Rows);
            a.Mean[column] = mean;
            a.InverseDeviation[column] = (float)(1 / Math.Sqrt((squares / a.Rows) + a.Epsilon));
            a.RunningMean[column] += a.Momentum * (mean - a.RunningMean[column]);
            a.RunningVariance[column] += a.Momentum * ((float)(squares / (a.Rows - 1)) - a.RunningVariance[column]);
        }
    }

    internal readonly struct GpuArgs(GpuDevice device, in BatchNormForwardArgs args)
    {
        public readonly ArrayView<float> X = device.View(args.X);
        public readonly ArrayView<float> Y = device.View(args.Y);
        public readonly ArrayView<float> Gamma = device.View(args.Gamma);
        public readonly ArrayView<float> Beta = device.View(args.Beta);
        public readonly ArrayView<float> Mean = device.View(args.Mean);
        public readonly ArrayView<float> InverseDeviation = device.View(args.InverseDeviation);
        public readonly ArrayView<float> RunningMean = device.View(args.RunningMean);
        public readonly ArrayView<float> RunningVariance = device.View(args.RunningVariance);
        public readonly int Rows = args.Rows;
        public readonly int Channels = args.Channels;
        public readonly float Momentum = args.Momentum;
        public readonly float Epsilon = args.Epsilon;
    }
}
