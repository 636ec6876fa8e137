using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>
/// The CPU engine behind the forward and the input-gradient pass. Per weight set: pack the weights into panels, then
/// let the threads take blocks of output pixels. A block finds its input rows once and runs the
/// <see cref="GatherKernel"/> over them, slice by slice of the summed depth, so that a slice of the panel
/// stays in the second-level cache while the block passes over it; the sums wait in a small buffer and go out
/// through the epilogue.
/// </summary>
internal static unsafe class GatherConvolution
{
    /// <summary>Pixels of a block: eight tiles.</summary>
    private const int BlockRows = 8 * GatherKernel.Rows;

    /// <summary>Products summed per pass over a block: 128 rows of a 64-channel panel are 32 KB, and rounding errors grow with the root of 128.</summary>
    private const int SliceDepth = 128;

    /// <summary>Up to so many channels, a pixel's inputs at all taps are copied side by side: sums over one tap alone are too short for the inner loop.</summary>
    private const int FewChannels = 4;

    /// <summary>Computes output = gather(source) * weights for all images.</summary>
    /// <param name="device">The device.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="outScale">Factors of the output channels applied to the weights, or null; input gradient only.</param>
    /// <param name="source">The forward pass's input or the output's gradient.</param>
    /// <param name="output">The forward pass's output or the input's gradient.</param>
    /// <param name="epilogue">What is done to the sums.</param>
    /// <param name="inputGradient">Which pass.</param>
    public static void Run(
        CpuDevice device, in Conv2dShape shape, in ConvWeights weights, Storage<float>? outScale, Storage<float> source, Storage<float> output, in ConvEpilogue epilogue, bool inputGradient)
    {
        if (shape.Images == 0) return;
        int columns = inputGradient ? shape.InChannels : shape.OutChannels;
        int depth = inputGradient ? shape.OutChannels : shape.InChannels;
        var panels = new Panels(columns);
        using Storage<float> packed = device.Allocate<float>(checked(panels.PaddedColumns * shape.Taps * depth));

        int steps = inputGradient ? shape.Stride : 1;
        int* taps = stackalloc int[shape.Taps], tapY = stackalloc int[shape.Taps], tapX = stackalloc int[shape.Taps];
        GatherGrid* grids = stackalloc GatherGrid[steps * steps];
        if (inputGradient) InputGradientGrids(in shape, taps, tapY, tapX, grids);
        else ForwardGrid(in shape, taps, tapY, tapX, grids);

        float* panelBuffer = device.Pointer(packed);
        var reader = new WeightSource(device, in weights, outScale, in shape, inputGradient);
        int imagesPerSet = shape.Images / weights.Sets;
        for (int set = 0; set < weights.Sets; set++)
        {
            var packer = new PanelPacker(reader, set, panels, taps, shape.Taps, depth, panelBuffer);
            device.For(packer.Items, in packer);
            for (int g = 0; g < steps * steps; g++)
            {
                var job = new Job
                {
                    Grid = grids[g],
                    Panels = panels,
                    Depth = depth,
                    AllTaps = shape.Taps,
                    FirstImage = set * imagesPerSet,
                    Rows = checked(imagesPerSet * grids[g].Height * grids[g].Width),
                    Source = device.Pointer(source),
                    Zeros = device.Zeros(depth),
                    Packed = panelBuffer,
                    Store = new EpilogueStore(device, in epilogue, device.Pointer(output), columns),
                };
                job.Start(device);
            }
        }
    }

    internal static void ForwardGrid(in Conv2dShape shape, int* taps, int* tapY, int* tapX, GatherGrid* grid)
    {
        for (int tap = 0; tap < shape.Taps; tap++)
        {
            taps[tap] = tap;
            tapY[tap] = (tap / shape.KernelWidth) - shape.Padding;
            tapX[tap] = (tap % shape.KernelWidth) - shape.Padding;
        }

        *grid = new GatherGrid
        {
            Height = shape.OutHeight,
            Width = shape.OutWidth,
            OutHeight = shape.OutHeight,
            OutWidth = shape.OutWidth,
            OutStep = 1,
            SourceHeight = shape.InHeight,
            SourceWidth = shape.InWidth,
            SourceStep = shape.Stride,
            TapCount = shape.Taps,
            TapY = tapY,
            TapX = tapX,
        };
    }

    /// <summary>Input pixel y receives from output pixel (y + padding - tap) / stride, wherever that divides evenly.</summary>
    private static void InputGradientGrids(in Conv2dShape shape, int* taps, int* tapY, int* tapX, GatherGrid* grids)
    {
        int s = shape.Stride, next = 0;
        for (int g = 0; g < s * s; g++)
        {
            int top = g / s, left = g % s, start = next;
            for (int kh = 0; kh < shape.KernelHeight; kh++)
            {
                if ((top + shape.Padding - kh) % s != 0) continue;
                for (int kw = 0; kw < shape.KernelWidth; kw++)
                {
                    if ((left + shape.Padding - kw) % s != 0) continue;
                    taps[next] = (kh * shape.KernelWidth) + kw;
                    tapY[next] = (top + shape.Padding - kh) / s;
                    tapX[next] = (left + shape.Padding - kw) / s;
                    next++;
                }
            }

            grids[g] = new GatherGrid
            {
                Height = Math.Max(0, (shape.InHeight - top + s - 1) / s),
                Width = Math.Max(0, (shape.InWidth - left + s - 1) / s),
                OutHeight = shape.InHeight,
                OutWidth = shape.InWidth,
                OutStep = s,
                OutTop = top,
                OutLeft = left,
                SourceHeight = shape.OutHeight,
                SourceWidth = shape.OutWidth,
                SourceStep = 1,
                TapStart = start,
                TapCount = next - start,
                TapY = tapY + start,
                TapX = tapX + start,
            };
        }
    }

    /// <summary>One grid of one weight set. An item is a block of pixels with some of the panels.</summary>
    private struct Job : IParallelBody
    {
        public GatherGrid Grid;
        public Panels Panels;
        public int Depth;
        public int AllTaps;
        public int FirstImage;
        public int Rows;
        public float* Source;
        public float* Zeros;
        public float* Packed;
        public EpilogueStore Store;
        private int panelsPerItem;

        public void Start(CpuDevice device)
        {
            int blocks = (Rows + BlockRows - 1) / BlockRows;
            if (blocks == 0) return;

            // Few pixels with many channels: let the threads share the panels as well. The split depends on the sizes alone.
            int groups = Math.Clamp(32 / blocks, 1, Panels.Count);
            panelsPerItem = (Panels.Count + groups - 1) / groups;
            device.For(blocks * ((Panels.Count + panelsPerItem - 1) / panelsPerItem), in this);
        }

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
            const int tile = GatherKernel.Rows;
            int groups = (Panels.Count + panelsPerItem - 1) / panelsPerItem;
            int first = item / groups * BlockRows;
            int firstPanel = item % groups * panelsPerItem;
            int tiles = (Math.Min(BlockRows, Rows - first) + tile - 1) / tile;

            float** pointers = stackalloc float*[BlockRows * Math.Max(1, Grid.TapCount)];
            int* positions = stackalloc int[BlockRows];
            float* sums = stackalloc float[BlockRows * Panels.Width];
            Grid.Find(FirstImage, first, tiles * tile, Rows, Source, Depth, Zeros, tile, pointers, positions);
            bool isCopied = Depth <= FewChannels && Grid.TapCount is > 1 and <= SliceDepth / FewChannels;
            float* inputs = stackalloc float[isCopied ? (BlockRows * Grid.TapCount * Depth) + FewChannels : 0];
            if (isCopied) CopyInputs(pointers, tiles, inputs);
            else inputs = null;

            for (int panel = firstPanel; panel < Math.Min(Panels.Count, firstPanel + panelsPerItem); panel++)
            {
                int width = Panels.WidthOf(panel);
                float* b = Packed + ((long)Panels.Start(panel) * AllTaps * Depth) + ((long)Grid.TapStart * Depth * width);
                if (Grid.TapCount == 0) new Span<float>(sums, tiles * tile * width).Clear();
                switch (Panels.VectorsOf(panel))
                {
                    case 4 when inputs != null: TileKernel.Run<Row4<TSimd, TVector>>(tiles * tile, inputs, Grid.TapCount * Depth, Grid.TapCount * Depth, b, sums, false); break;
                    case 2 when inputs != null: TileKernel.Run<Row2<TSimd, TVector>>(tiles * tile, inputs, Grid.TapCount * Depth, Grid.TapCount * Depth, b, sums, false); break;
                    case 1 when inputs != null: TileKernel.Run<Row1<TSimd, TVector>>(tiles * tile, inputs, Grid.TapCount * Depth, Grid.TapCount * Depth, b, sums, false); break;
                    case 4: Sum<Row4<TSimd, TVector>>(pointers, tiles, b, sums); break;
                    case 2: Sum<Row2<TSimd, TVector>>(pointers, tiles, b, sums); break;
                    default: Sum<Row1<TSimd, TVector>>(pointers, tiles, b, sums); break;
                }

                for (int row = 0; row < tiles * tile; row++)
                    if (positions[row] >= 0)
                        Store.Row(sums + ((long)row * width), positions[row], Panels.Start(panel), Panels.Valid(panel));
            }
        }

        /// <summary>Copies the inputs of a block, [row, tap, channel]. Four numbers at a time: what is too much is written over by the next.</summary>
        [MethodImpl(Hot.Loop)]
        private readonly void CopyInputs(float** pointers, int tiles, float* to)
        {
            for (int tile = 0; tile < tiles; tile++, pointers += Grid.TapCount * GatherKernel.Rows)
                for (int row = 0; row < GatherKernel.Rows; row++)
                    for (int tap = 0; tap < Grid.TapCount; tap++, to += Depth)
                        Vector128.Load(pointers[(tap * GatherKernel.Rows) + row]).Store(to);
        }

        /// <summary>Sums a block over all taps and channels, a slice at a time.</summary>
        private readonly void Sum<TRow>(float** pointers, int tiles, float* b, float* sums)
            where TRow : struct, IRow<TRow>
        {
            const int tile = GatherKernel.Rows;
            int tapsPerSlice = Math.Max(1, SliceDepth / Depth);
            for (int tap = 0; tap < Grid.TapCount; tap += tapsPerSlice)
            {
                int taps = Math.Min(tapsPerSlice, Grid.TapCount - tap);
                for (int k = 0; k < Depth; k += SliceDepth)
                {
                    int depth = Math.Min(SliceDepth, Depth - k);
                    float* slice = b + ((((long)tap * Depth) + k) * TRow.Width);
                    for (int t = 0; t < tiles; t++)
                    {
                        float** rows = pointers + ((((long)t * Grid.TapCount) + tap) * tile);
                        GatherKernel.Run<TRow>(rows, taps, depth, k, slice, sums + ((long)t * tile * TRow.Width), tap > 0 || k > 0);
                    }
                }
            }
        }
    }
}
