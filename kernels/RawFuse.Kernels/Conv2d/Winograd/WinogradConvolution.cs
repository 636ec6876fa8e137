using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>
/// The forward and the input-gradient pass of a 3x3 convolution by <see cref="IWinograd"/>. The output is cut into tiles of m x m pixels.
/// An item of work is a run of tiles of one weight set with some panels of channels; it does, block of tiles by block, with all intermediate results in the core's own caches:
/// <list type="number">
/// <item>V[f, tile, k]: the transformed inputs of the block, all channels.</item>
/// <item>U[f, k, lane]: the transformed weights of a panel, some channels at a time, straight from the packed bytes; kept if more blocks follow.</item>
/// <item>P[f, tile, lane] += V U: n * n matrix products.</item>
/// <item>The results, A^T P A, through the epilogue.</item>
/// </list>
/// With stride 1 the input gradient is the same convolution of the output's gradient, with rotated and transposed weights and padding 2 - p; with stride 2 it is one of its own
/// (<see cref="WinogradStride2Gradient"/>).
/// </summary>
internal static unsafe class WinogradConvolution<TTile>
    where TTile : struct, IWinograd
{
    /// <summary>Channels summed in one go: enough that reading and writing the sums hardly counts; rounding errors grow with its root.</summary>
    private const int SliceDepth = 32;

    /// <summary>Tiles of a block: enough that reading the weights from the third-level cache hardly counts beside multiplying.</summary>
    private const int BlockTiles = 30;

    /// <summary>Tiles of a block whose weights, of at most <see cref="NearWeightBytes"/>, stay in the second-level cache with it: as few as the register tiles like.</summary>
    private const int NearBlockTiles = 18;

    private const int NearWeightBytes = 640 * 1024;

    /// <summary>Items of a call for each thread, where there is enough to share: each of them repeats some transforms.</summary>
    private const int ItemsPerThread = 2;

    /// <summary>Computes one pass. The parameters are those of <see cref="GatherConvolution.Run"/>.</summary>
    public static void Run(
        CpuDevice device, in Conv2dShape shape, in ConvWeights weights, Storage<float>? outScale, Storage<float> source, Storage<float> output, in ConvEpilogue epilogue, bool inputGradient)
    {
        int columns = inputGradient ? shape.InChannels : shape.OutChannels;
        int depth = inputGradient ? shape.OutChannels : shape.InChannels;
        int height = inputGradient ? shape.InHeight : shape.OutHeight, width = inputGradient ? shape.InWidth : shape.OutWidth;
        var job = new Job
        {
            Panels = new Panels(columns),
            Weights = new WeightSource(device, in weights, outScale, in shape, inputGradient),
            Store = new EpilogueStore(device, in epilogue, device.Pointer(output), columns),
            Source = new TileSource(
                device.Pointer(source), inputGradient ? shape.OutHeight : shape.InHeight, inputGradient ? shape.OutWidth : shape.InWidth, depth, device.Zeros(depth)),
            Grid = new TileGrid(height, width, TTile.Outputs),
            ImagesPerSet = shape.Images / weights.Sets,
            Height = height,
            Width = width,
            Padding = !inputGradient ? shape.Padding : shape.Stride == 1 ? 2 - shape.Padding : 0,
            Depth = depth,
        };
        job.Start(device, weights.Sets);
    }

    private struct Job : IScratchBody
    {
        public Panels Panels;
        public WeightSource Weights;
        public EpilogueStore Store;
        public TileSource Source;
        public TileGrid Grid;
        public int ImagesPerSet;
        public int Height;
        public int Width;
        public int Padding;
        public int Depth;
        private int panelsPerItem;
        private int groups;
        private int runs;
        private int tilesPerRun;
        private int blockTiles;

        private static int M => TTile.Outputs;

        private static int Planes => TTile.Products * TTile.Products;

        private static int WeightPlanes => TTile.WeightFactors * TTile.WeightFactors;

        private readonly int Tiles => ImagesPerSet * Grid.PerImage;

        /// <summary>Inputs are transformed in vectors as wide as they suggest, whatever the results' are.</summary>
        private readonly int DataLanes => Panels.LanesOf(Depth);

        private readonly int DataStride => WinogradPlanes.RowStride(Depth, DataLanes);

        private readonly int DataPlane => WinogradPlanes.Spread(blockTiles * DataStride);

        private readonly int ProductPlane => WinogradPlanes.Spread(blockTiles * Panels.Width);

        private readonly int DataFloats => Planes * DataPlane;

        private readonly int ProductFloats => Planes * ProductPlane;

        private readonly bool KeepsWeights => tilesPerRun > blockTiles;

        /// <summary>Slices of a panel's weights.</summary>
        private readonly int Slices => (Depth + SliceDepth - 1) / SliceDepth;

        private readonly int SliceFloats => WeightPlanes * WinogradPlanes.Spread(Math.Min(Depth, SliceDepth) * Panels.Width);

        private readonly int WeightFloats => KeepsWeights ? panelsPerItem * Slices * SliceFloats : SliceFloats;

        private readonly int PackedFloats => 9 * WinogradPlanes.Spread(Math.Min(Depth, SliceDepth) * Panels.Width);

        private readonly int ResultFloats => M * M * Panels.Width;

        private readonly int WorkFloats => WinogradTile<TTile, Simd512, Vector512<float>>.Work;

        /// <summary>Splits the work and runs it. No result depends on how it is split.</summary>
        public void Start(CpuDevice device, int sets)
        {
            int tiles = Tiles, items = ItemsPerThread * device.Threads;
            blockTiles = (long)WeightPlanes * Depth * Panels.Width * sizeof(float) <= NearWeightBytes ? NearBlockTiles : BlockTiles;

            // First by panels, which repeats the transforms of inputs, then by tiles, which repeats those of weights.
            groups = Math.Clamp((items + sets - 1) / sets, 1, Panels.Count);
            panelsPerItem = (Panels.Count + groups - 1) / groups;
            groups = (Panels.Count + panelsPerItem - 1) / panelsPerItem;
            runs = Math.Clamp((items + (sets * groups) - 1) / (sets * groups), 1, Math.Max(1, tiles / BlockTiles));
            tilesPerRun = (tiles + runs - 1) / runs;
            runs = (tiles + tilesPerRun - 1) / tilesPerRun;
            int blocks = (tilesPerRun + blockTiles - 1) / blockTiles;
            blockTiles = (tilesPerRun + blocks - 1) / blocks;
            long floats = (long)DataFloats + ProductFloats + WeightFloats + PackedFloats + ResultFloats + WorkFloats + 64;
            device.For(sets * groups * runs, floats * sizeof(float), in this);
        }

        public readonly void Run(int item, void* scratch)
        {
            if (Panels.Lanes == 16) Run<Simd512, Vector512<float>>(item, (float*)scratch);
            else if (Panels.Lanes == 8) Run<Simd256, Vector256<float>>(item, (float*)scratch);
            else Run<Simd128, Vector128<float>>(item, (float*)scratch);
        }

        private readonly void Run<TSimd, TVector>(int item, float* scratch)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            int set = item / (groups * runs), group = item / runs % groups, run = item % runs;
            float* data = scratch, products = data + DataFloats, transformed = products + ProductFloats, packed = transformed + WeightFloats;
            float* result = packed + PackedFloats, work = result + ResultFloats;
            int firstPanel = group * panelsPerItem, lastPanel = Math.Min(Panels.Count, firstPanel + panelsPerItem);
            int start = run * tilesPerRun, end = Math.Min(Tiles, start + tilesPerRun);
            for (int tile = start; tile < end; tile += blockTiles)
            {
                int count = Math.Min(blockTiles, end - tile);
                if (DataLanes == 16) TransformData<Simd512, Vector512<float>>(set, tile, count, data, work);
                else if (DataLanes == 8) TransformData<Simd256, Vector256<float>>(set, tile, count, data, work);
                else TransformData<Simd128, Vector128<float>>(set, tile, count, data, work);
                for (int panel = firstPanel; panel < lastPanel; panel++)
                {
                    float* panelWeights = KeepsWeights ? transformed + ((long)(panel - firstPanel) * Slices * SliceFloats) : transformed;
                    Multiply<TSimd, TVector>(set, panel, count, tile == start, data, panelWeights, packed, products);
                    StoreResults<TSimd, TVector>(set, panel, tile, count, products, result, work);
                }
            }
        }

        [SkipLocalsInit]
        private readonly void TransformData<TSimd, TVector>(int set, int first, int count, float* data, float* work)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            float** pixels = stackalloc float*[TTile.Inputs * TTile.Inputs];
            for (int t = 0; t < count; t++)
            {
                Grid.Locate(first + t, out int image, out int top, out int left);
                Source.Find((set * ImagesPerSet) + image, (top / M * TTile.Step) - Padding, (left / M * TTile.Step) - Padding, TTile.Inputs, pixels);

                // The last vector may reach beyond a pixel: what it finds there is transformed and never read.
                for (int k = 0; k < Depth; k += TSimd.Lanes)
                    WinogradTile<TTile, TSimd, TVector>.Data(pixels, k, data + ((long)t * DataStride) + k, DataPlane, work);
            }
        }

        private readonly void Multiply<TSimd, TVector>(
            int set, int panel, int count, bool isFirst, float* data, float* transformed, float* packed, float* products)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            for (int k = 0; k < Depth; k += SliceDepth)
            {
                int depth = Math.Min(SliceDepth, Depth - k);
                float* slice = KeepsWeights ? transformed + ((long)k / SliceDepth * SliceFloats) : transformed;
                if (isFirst) TransformWeights<TSimd, TVector>(set, panel, k, depth, packed, slice);
                switch (Panels.VectorsOf(panel))
                {
                    case 4: Multiply<Row4<TSimd, TVector>>(count, data + k, depth, slice, products, k > 0); break;
                    case 2: Multiply<Row2<TSimd, TVector>>(count, data + k, depth, slice, products, k > 0); break;
                    default: Multiply<Row1<TSimd, TVector>>(count, data + k, depth, slice, products, k > 0); break;
                }
            }
        }

        private readonly void Multiply<TRow>(int count, float* data, int depth, float* slice, float* products, bool accumulate)
            where TRow : struct, IRow<TRow>
        {
            int weightPlane = WinogradPlanes.Spread(depth * TRow.Width);
            for (int f = 0; f < Planes; f++)
            {
                float* weights = slice + ((long)WinogradTile<TTile, Simd512, Vector512<float>>.WeightFactor(f) * weightPlane);
                TileKernel.Run<TRow>(count, data + ((long)f * DataPlane), DataStride, depth, weights, products + ((long)f * ProductPlane), accumulate);
            }
        }

        private readonly void TransformWeights<TSimd, TVector>(int set, int panel, int k, int depth, float* packed, float* slice)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            int plane = WinogradPlanes.Spread(depth * Panels.WidthOf(panel));
            Weights.PackTaps(set, in Panels, panel, k, depth, plane, packed);
            if (Weights.HasBytes) TransformWeights<TSimd, TVector, ByteTaps>(new((sbyte*)packed, plane), panel, k, depth, slice, plane);
            else TransformWeights<TSimd, TVector, FloatTaps>(new(packed, plane), panel, k, depth, slice, plane);
        }

        private readonly void TransformWeights<TSimd, TVector, TTaps>(TTaps taps, int panel, int first, int depth, float* slice, int plane)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
            where TTaps : struct, ITaps
        {
            int width = Panels.WidthOf(panel), at = 0;
            for (int k = first; k < first + depth; k++)
            {
                float scale = Weights.HasBytes ? Weights.ByteScale(k) : 1;
                for (int lane = 0; lane < width; lane += TSimd.Lanes, at += TSimd.Lanes) WinogradTile<TTile, TSimd, TVector>.Weights(taps, at, scale, slice + at, plane);
            }
        }

        private readonly void StoreResults<TSimd, TVector>(int set, int panel, int first, int count, float* products, float* result, float* work)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            int width = Panels.WidthOf(panel);
            for (int t = 0; t < count; t++)
            {
                for (int lane = 0; lane < width; lane += TSimd.Lanes)
                    WinogradTile<TTile, TSimd, TVector>.Result(products + ((long)t * width) + lane, ProductPlane, result + lane, width, work);
                Grid.Locate(first + t, out int image, out int top, out int left);
                int corner = (((((set * ImagesPerSet) + image) * Height) + top) * Width) + left;
                int rows = Math.Min(M, Height - top), pixels = Math.Min(M, Width - left);
                for (int y = 0; y < rows; y++)
                    for (int x = 0; x < pixels; x++)
                        Store.Row(result + (((y * M) + x) * width), corner + (y * Width) + x, Panels.Start(panel), Panels.Valid(panel));
            }
        }
    }
}
