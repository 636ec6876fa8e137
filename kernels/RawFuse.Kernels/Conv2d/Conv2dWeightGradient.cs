using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="Conv2dWeightGradient"/>: weightGradient[kh, kw, i, o] = sum over images and output pixels of
/// input[n, y*stride + kh - padding, x*stride + kw - padding, i] * outputGradient[n, y, x, o].
/// </summary>
public readonly record struct Conv2dWeightGradientArgs(Conv2dShape Shape, Storage<float> Input, Storage<float> OutputGradient, Storage<float> WeightGradient) : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => ConvolutionCost.Of(in this);
}

/// <summary>The gradient of a convolution with respect to its weights.</summary>
public readonly unsafe struct Conv2dWeightGradient : IKernel<Conv2dWeightGradientArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in Conv2dWeightGradientArgs args)
    {
        Conv2dShape shape = args.Shape;
        if (shape.Images == 0)
        {
            device.Span(args.WeightGradient)[..shape.WeightLength].Clear();
            return;
        }

        int* taps = stackalloc int[shape.Taps], tapY = stackalloc int[shape.Taps], tapX = stackalloc int[shape.Taps];
        GatherGrid grid;
        GatherConvolution.ForwardGrid(in shape, taps, tapY, tapX, &grid);
        var panels = new Panels(shape.OutChannels);
        int paddedInputs = (shape.InChannels + Job.Tile - 1) / Job.Tile * Job.Tile;
        using Storage<float> sums = device.Allocate<float>(checked(shape.Taps * paddedInputs * panels.PaddedColumns));
        using Storage<float> zeros = device.Allocate<float>(paddedInputs);
        device.Span(zeros).Clear();
        var job = new Job
        {
            Grid = grid,
            Panels = panels,
            Taps = shape.Taps,
            InChannels = shape.InChannels,
            Rows = checked(shape.Images * shape.OutHeight * shape.OutWidth),
            Input = device.Pointer(args.Input),
            Zeros = device.Pointer(zeros),
            OutputGradient = device.Pointer(args.OutputGradient),
            Sums = device.Pointer(sums),
            WeightGradient = device.Pointer(args.WeightGradient),
        };
        device.For(job.Items, in job);
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in Conv2dWeightGradientArgs args) =>
        device.Launch(
            Kernel, args.Shape.WeightLength,
            new GpuArgs(new GpuConv(args.Shape), device.View(args.Input), device.View(args.OutputGradient), device.View(args.WeightGradient)));

    internal static void Kernel(GpuArgs a)
    {
        GpuConv s = a.Shape;
        for (long index = GridStride.First; index < s.WeightLength; index += GridStride.Step)
        {
            int o = (int)(index % s.OutChannels);
            int i = (int)(index / s.OutChannels % s.InChannels);
            int tap = (int)(index / s.OutChannels / s.InChannels);
            int kh = tap / s.KernelWidth;
            int kw = tap % s.KernelWidth;
            float sum = 0;
            for (int n = 0; n < s.Images; n++)
            {
                for (int y = 0; y < s.OutHeight; y++)
                {
                    int ih = (y * s.Stride) + kh - s.Padding;
                    if (ih < 0 || ih >= s.InHeight) continue;
                    for (int x = 0; x < s.OutWidth; x++)
                    {
                        int iw = (x * s.Stride) + kw - s.Padding;
                        if (iw < 0 || iw >= s.InWidth) continue;
                        long source = ((((((long)n * s.InHeight) + ih) * s.InWidth) + iw) * s.InChannels) + i;
                        long target = ((((((long)n * s.OutHeight) + y) * s.OutWidth) + x) * s.OutChannels) + o;
                        sum += a.Input[source] * a.OutputGradient[target];
                    }
                }
            }

            a.WeightGradient[index] = sum;
        }
    }

    /// <summary>
    /// An item owns all output channels of one kernel pixel and up to <see cref="InputsPerItem"/> input channels, and sums
    /// over all pixels in order: the result does not depend on the number of threads.
    /// </summary>
    private struct Job : IParallelBody
    {
        public const int Tile = OuterKernel<Simd512, Vector512<float>>.Rows;

        public GatherGrid Grid;
        public Panels Panels;
        public int Taps;
        public int InChannels;
        public int Rows;
        public float* Input;
        public float* Zeros;
        public float* OutputGradient;
        public float* Sums;
        public float* WeightGradient;

        private const int InputsPerItem = 8 * Tile;

        /// <summary>Pixels per pass: their output gradients, 128 rows of 64 channels, stay in the second-level cache.</summary>
        private const int BlockRows = 128;

        public readonly int Items => Taps * Groups;

        private readonly int Groups => (InChannels + InputsPerItem - 1) / InputsPerItem;

        public readonly void Run(int item)
        {
            if (Panels.Lanes == 16) Run<Simd512, Vector512<float>>(item);
            else if (Panels.Lanes == 8) Run<Simd256, Vector256<float>>(item);
            else Run<Simd128, Vector128<float>>(item);
        }

        [SkipLocalsInit]
        private readonly void Run<TSimd, TVector>(int item)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            int tap = item / Groups, first = item % Groups * InputsPerItem;
            int inputs = Math.Min(InputsPerItem, InChannels - first);
            int stride = Panels.PaddedColumns, columns = Panels.Columns;
            int paddedInputs = (InChannels + Tile - 1) / Tile * Tile;
            float* sums = Sums + ((((long)tap * paddedInputs) + first) * stride);
            new Span<float>(sums, (inputs + Tile - 1) / Tile * Tile * stride).Clear();

            GatherGrid grid = Grid;
            grid.TapCount = 1;
            grid.TapY += tap;
            grid.TapX += tap;
            float** rows = stackalloc float*[BlockRows];
            for (int row = 0; row < Rows; row += BlockRows)
            {
                int count = Math.Min(BlockRows, Rows - row);
                grid.Find(0, row, count, Rows, Input, InChannels, Zeros, 1, rows, null);
                for (int panel = 0; panel < Panels.Count; panel++)
                {
                    float* g = OutputGradient + ((long)row * columns) + Panels.Start(panel);
                    for (int i = 0; i < inputs; i += Tile)
                        OuterKernel<TSimd, TVector>.Run(
                            Panels.VectorsOf(panel), rows, count, first + i, g, columns, sums + ((long)i * stride) + Panels.Start(panel), stride);
                }
            }

            for (int i = 0; i < inputs; i++)
                new ReadOnlySpan<float>(sums + ((long)i * stride), columns).CopyTo(
                    new Span<float>(WeightGradient + ((((long)tap * InChannels) + first + i) * columns), columns));
        }
    }

    internal readonly struct GpuArgs(GpuConv shape, ArrayView<float> input, ArrayView<float> outputGradient, ArrayView<float> weightGradient)
    {
        public readonly GpuConv Shape = shape;
        public readonly ArrayView<float> Input = input;
        public readonly ArrayView<float> OutputGradient = outputGradient;
        public readonly ArrayView<float> WeightGradient = weightGradient;
    }
}
