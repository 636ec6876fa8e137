using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>
/// A 3x3 convolution of bytes with stride 1 by <see cref="IIntegerWinograd"/>, exact. The output is cut into tiles of m x m pixels. An item of work does, block of tiles by
/// block and slice of input channels by slice (as many as keep a slice's results within the bits that are exact):
/// <list type="number">
/// <item>V[f, tile, k]: the transformed inputs, in words.</item>
/// <item>U[f, k / 2, lane, k mod 2]: the transformed weights of a panel, straight from the packed bytes; kept if more blocks follow.</item>
/// <item>P[f, tile, lane] = V U: n * n matrix products.</item>
/// <item>Y[tile, pixel, lane] += the results, A^T P A.</item>
/// </list>
/// and in the end Y goes out through the epilogue.
/// </summary>
internal static unsafe class Int8Winograd<TTile>
    where TTile : struct, IIntegerWinograd
{
    /// <summary>Tiles of a block: enough that reading the weights from the third-level cache hardly counts beside multiplying.</summary>
    private const int BlockTiles = 30;

    /// <summary>Tiles of a block whose weights stay in the second-level cache with it.</summary>
    private const int NearBlockTiles = 12;

    private const int NearWeightBytes = 400 * 1024;

    /// <summary>Whether a convolution can be computed this way.</summary>
    public static bool Suits(in Conv2dShape shape) => shape is { KernelHeight: 3, KernelWidth: 3, Stride: 1, Padding: <= 2 };

    /// <summary>Slices that input channels are cut into, so that no result of a slice has more bits than are exact.</summary>
    public static int Slices(int channels, int largestInput)
    {
        int most = ((1 << (31 - TTile.Shift)) - 1) / (9 * 128 * largestInput) / 2 * 2;
        return (channels + most - 1) / most;
    }

    /// <summary>Computes the convolution.</summary>
    public static void Run(CpuDevice device, in Conv2dInt8Args args)
    {
        Conv2dShape shape = args.Shape;
        using Storage<byte> zeros = device.Allocate<byte>(shape.InChannels);
        device.Span(zeros).Clear();
        var panels = new Panels(shape.OutChannels);
        var grid = new TileGrid(shape.OutHeight, shape.OutWidth, TTile.Outputs);
        int slices = Slices(shape.InChannels, args.Input.LargestMagnitude), imagesPerSet = shape.Images / args.Weights.Sets, tiles = checked(imagesPerSet * grid.PerImage);
        int sliceDepth = (((shape.InChannels + slices - 1) / slices) + 1) / 2 * 2;
        long panelBytes = (long)TTile.Inputs * TTile.Inputs * slices * sliceDepth * panels.Width * sizeof(short);
        var split = new Int8Split(device.Threads, args.Weights.Sets, panels.Count, panelBytes, tiles, 2 * BlockTiles);
        int block = panelBytes * split.PanelsPerItem <= NearWeightBytes ? NearBlockTiles : BlockTiles;
        int blocks = (split.RowsPerRun + block - 1) / block;
        var job = new Job
        {
            Shape = shape,
            Panels = panels,
            Weights = new Int8WeightSource(device, args.Weights, in shape),
            Store = new Int8Store(device, in args),
            Input = device.Pointer(args.Input.Bytes),
            Zeros = device.Pointer(zeros),
            Mask = args.Input.IsSigned ? -1 : 0x00FF00FF,
            Grid = grid,
            ImagesPerSet = imagesPerSet,
            Slices = (shape.InChannels + sliceDepth - 1) / sliceDepth,
            SliceDepth = sliceDepth,
            Split = split,
            BlockTiles = (split.RowsPerRun + blocks - 1) / blocks,
        };
        device.For(split.Count, job.ScratchBytes, in job);
    }

    private struct Job : IScratchBody
    {
        public Conv2dShape Shape;
        public Panels Panels;
        public Int8WeightSource Weights;
        public Int8Store Store;
        public byte* Input;
        public byte* Zeros;
        public int Mask;
        public TileGrid Grid;
        public int ImagesPerSet;
        public int Slices;
        public int SliceDepth;
        public Int8Split Split;
        public int BlockTiles;

        private static int N => TTile.Inputs;

        private static int M => TTile.Outputs;

        private static int Planes => TTile.Inputs * TTile.Inputs;

        public readonly long ScratchBytes =>
            (sizeof(short) * (DataWords + WeightWords + PackedWords)) + (sizeof(int) * ((Split.PanelsPerItem * ResultInts) + ProductInts + WorkInts)) + 1024;

        private readonly int Tiles => ImagesPerSet * Grid.PerImage;

        private readonly bool KeepsWeights => Split.RowsPerRun > BlockTiles;

        private readonly int DataStride => 2 * WinogradPlanes.RowStride((SliceDepth + 1) / 2, Panels.Lanes);

        private readonly int DataPlane => 2 * WinogradPlanes.Spread(BlockTiles * DataStride / 2);

        private readonly long DataWords => (long)Planes * DataPlane;

        /// <summary>Words of a plane of a slice's weights, packed or transformed.</summary>
        private readonly int WeightPlane => 2 * WinogradPlanes.Spread(SliceDepth / 2 * Panels.Width);

        private readonly long SliceWords => (long)Planes * WeightPlane;

        private readonly long WeightWords => KeepsWeights ? Split.PanelsPerItem * Slices * SliceWords : SliceWords;

        private readonly long PackedWords => 9L * WeightPlane;

        private readonly int ProductPlane => WinogradPlanes.Spread(BlockTiles * Panels.Width);

        private readonly long ProductInts => (long)Planes * ProductPlane;

        /// <summary>Results of a panel.</summary>
        private readonly long ResultInts => (long)BlockTiles * M * M * Panels.Width;

        private readonly long WorkInts => (long)Planes * Panels.Lanes;

        public readonly void Run(int item, void* scratch)
        {
            if (Panels.Lanes == 16) Run<IntegerSimd512, Vector512<int>>(item, (int*)scratch);
            else if (Panels.Lanes == 8) Run<IntegerSimd256, Vector256<int>>(item, (int*)scratch);
            else Run<IntegerSimd128, Vector128<int>>(item, (int*)scratch);
        }

        private readonly void Run<TSimd, TVector>(int item, int* scratch)
            where TSimd : struct, IIntegerSimd<TVector>
            where TVector : struct
        {
            int* products = scratch, results = products + ProductInts, work = results + (Split.PanelsPerItem * ResultInts);
            short* data = (short*)(work + WorkInts), packed = data + DataWords, weights = packed + PackedWords;
            Split.Locate(item, out int set, out int firstPanel, out int start);
            int panelCount = Math.Min(Split.PanelsPerItem, Panels.Count - firstPanel), end = Math.Min(Tiles, start + Split.RowsPerRun);
            for (int tile = start; tile < end; tile += BlockTiles)
            {
                int count = Math.Min(BlockTiles, end - tile);
                for (int slice = 0; slice < Slices; slice++)
                {
                    int k = slice * SliceDepth, depth = Math.Min(SliceDepth, Shape.InChannels - k);
                    TransformData<TSimd, TVector>(set, tile, count, k, depth, data, (short*)work);
                    for (int p = 0; p < panelCount; p++)
                    {
                        int panel = firstPanel + p;
                        short* panelWeights = KeepsWeights ? weights + (((p * Slices) + slice) * SliceWords) : weights;
                        if (tile == start) TransformWeights<TSimd, TVector>(set, panel, k, depth, packed, panelWeights, (short*)work);
                        switch (Panels.VectorsOf(panel))
                        {
                            case 4: Multiply<PairRow4<TSimd, TVector>>(count, data, depth, panelWeights, products); break;
                            case 2: Multiply<PairRow2<TSimd, TVector>>(count, data, depth, panelWeights, products); break;
                            default: Multiply<PairRow1<TSimd, TVector>>(count, data, depth, panelWeights, products); break;
                        }

                        TransformResults<TSimd, TVector>(panel, count, products, results + (p * ResultInts), slice > 0, work);
                    }
                }

                for (int p = 0; p < panelCount; p++) StoreResults(set, firstPanel + p, tile, count, results + (p * ResultInts));
            }
        }

        [SkipLocalsInit]
        private readonly void TransformData<TSimd, TVector>(int set, int first, int count, int k, int depth, short* data, short* work)
            where TSimd : struct, IIntegerSimd<TVector>
            where TVector : struct
        {
            byte** pixels = stackalloc byte*[Planes];
            for (int t = 0; t < count; t++)
            {
                Grid.Locate(first + t, out int image, out int top, out int left);
                Find((set * ImagesPerSet) + image, top - Shape.Padding, left - Shape.Padding, pixels);

                // The last vector may reach beyond the slice: what it finds there is transformed and never read, or multiplied by zero.
                for (int i = 0; i < depth; i += 2 * TSimd.Lanes)
                    IntegerWinogradTile<TTile, TSimd, TVector>.Data(pixels, k + i, Mask, data + ((long)t * DataStride) + i, DataPlane, work);
            }
        }

        /// <summary>Finds a tile's pixels; those beside the image are zeros.</summary>
        private readonly void Find(int image, int top, int left, byte** pixels)
        {
            byte* start = Input + ((long)image * Shape.InHeight * Shape.InWidth * Shape.InChannels);
            for (int y = top; y < top + N; y++)
            {
                byte* row = start + ((long)y * Shape.InWidth * Shape.InChannels);
                bool isRow = (uint)y < (uint)Shape.InHeight;
                for (int x = left; x < left + N; x++) *pixels++ = isRow && (uint)x < (uint)Shape.InWidth ? row + ((long)x * Shape.InChannels) : Zeros;
            }
        }

        private readonly void TransformWeights<TSimd, TVector>(int set, int panel, int k, int depth, short* packed, short* transformed, short* work)
            where TSimd : struct, IIntegerSimd<TVector>
            where TVector : struct
        {
            int words = (depth + 1) / 2 * 2 * Panels.WidthOf(panel);
            for (int tap = 0; tap < 9; tap++) Weights.Pack<TSimd, TVector>(set, in Panels, panel, (tap * Shape.InChannels) + k, depth, packed + (tap * WeightPlane));
            for (int at = 0; at < words; at += 2 * TSimd.Lanes)
                IntegerWinogradTile<TTile, TSimd, TVector>.Weights(packed + at, WeightPlane, transformed + at, WeightPlane, work);
        }

        private readonly void Multiply<TRow>(int count, short* data, int depth, short* weights, int* products)
            where TRow : struct, IPairRow<TRow>
        {
            for (int f = 0; f < Planes; f++)
                PairTileKernel.Run<TRow>(
                    count, data + ((long)f * DataPlane), DataStride, (depth + 1) / 2, weights + ((long)f * WeightPlane), products + ((long)f * ProductPlane), accumulate: false);
        }

        private readonly void TransformResults<TSimd, TVector>(int panel, int count, int* products, int* results, bool accumulate, int* work)
            where TSimd : struct, IIntegerSimd<TVector>
            where TVector : struct
        {
            int width = Panels.WidthOf(panel);
            for (int t = 0; t < count; t++)
                for (int lane = 0; lane < width; lane += TSimd.Lanes)
                    IntegerWinogradTile<TTile, TSimd, TVector>.Result(
                        products + ((long)t * width) + lane, ProductPlane, results + ((long)t * M * M * width) + lane, width, accumulate, work);
        }

        private readonly void StoreResults(int set, int panel, int first, int count, int* results)
        {
            int width = Panels.WidthOf(panel);
            for (int t = 0; t < count; t++, results += M * M * width)
            {
                Grid.Locate(first + t, out int image, out int top, out int left);
                int corner = (((((set * ImagesPerSet) + image) * Shape.OutHeight) + top) * Shape.OutWidth) + left;
                int rows = Math.Min(M, Shape.OutHeight - top), pixels = Math.Min(M, Shape.OutWidth - left);
                for (int y = 0; y < rows; y++)
                    for (int x = 0; x < pixels; x++)
                        Store.Row(results + (((y * M) + x) * width), corner + (y * Shape.OutWidth) + x, Panels.Start(panel), Panels.Valid(panel));
            }
        }
    }
}
