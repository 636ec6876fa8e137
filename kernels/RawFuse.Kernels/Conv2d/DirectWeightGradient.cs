using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>The CPU engine behind the weight gradient of any convolution: for every kernel pixel a sum of outer products over all output pixels.</summary>
internal static unsafe class DirectWeightGradient
{
    /// <summary>Computes the gradient, [taps, in, out].</summary>
    public static void Run(CpuDevice device, in Conv2dShape shape, Storage<float> input, Storage<float> outputGradient, Storage<float> weightGradient)
    {
        int* taps = stackalloc int[shape.Taps], tapY = stackalloc int[shape.Taps], tapX = stackalloc int[shape.Taps];
        GatherGrid grid;
        GatherConvolution.ForwardGrid(in shape, taps, tapY, tapX, &grid);
        var panels = new Panels(shape.OutChannels);
        int paddedInputs = (shape.InChannels + Job.Tile - 1) / Job.Tile * Job.Tile;
        using Storage<float> sums = device.Allocate<float>(checked(shape.Taps * paddedInputs * panels.PaddedColumns));
        var job = new Job
        {
            Grid = grid,
            Panels = panels,
            Taps = shape.Taps,
            InChannels = shape.InChannels,
            Rows = checked(shape.Images * shape.OutHeight * shape.OutWidth),
            Input = device.Pointer(input),
            Zeros = device.Zeros(paddedInputs),
            OutputGradient = device.Pointer(outputGradient),
            Sums = device.Pointer(sums),
            WeightGradient = device.Pointer(weightGradient),
        };
        device.For(job.Items, in job);
    }

    /// <summary>
    /// An item owns all output channels of one kernel pixel and up to <see cref="InputsPerItem"/> input channels, and sums
    /// over all pixels in order: the result does not depend on the number of threads.
    /// </summary>
    private struct Job : IParallelBody
    {
        public const int Tile = OuterKernel.Rows;

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
                    float* c = sums + Panels.Start(panel);
                    switch (Panels.VectorsOf(panel))
                    {
                        case 4: Add<Row4<TSimd, TVector>>(rows, count, first, inputs, g, columns, c, stride); break;
                        case 2: Add<Row2<TSimd, TVector>>(rows, count, first, inputs, g, columns, c, stride); break;
                        default: Add<Row1<TSimd, TVector>>(rows, count, first, inputs, g, columns, c, stride); break;
                    }
                }
            }

            for (int i = 0; i < inputs; i++)
                new ReadOnlySpan<float>(sums + ((long)i * stride), columns).CopyTo(
                    new Span<float>(WeightGradient + ((((long)tap * InChannels) + first + i) * columns), columns));
        }

        private static void Add<TRow>(float** rows, int count, int first, int inputs, float* g, int columns, float* c, int stride)
            where TRow : struct, IRow<TRow>
        {
            for (int i = 0; i < inputs; i += Tile) OuterKernel.Run<TRow>(rows, count, first + i, g, columns, c + ((long)i * stride), stride);
        }
    }
}
