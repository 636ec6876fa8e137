using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RawFuse.Kernels;

/// <summary>
/// The weight gradient of a 3x3 convolution by <see cref="IWinograd"/>. An item of work is a block of input channels with a panel of output channels and a
/// run of tiles; it does, block of tiles by block:
/// <list type="number">
/// <item>V[f, tile, i]: the transformed inputs.</item>
/// <item>D[f, tile, lane]: the transformed gradients of the outputs.</item>
/// <item>Q[f, i, lane] += V^T D: n * n matrix products, summed over tiles.</item>
/// </list>
/// and in the end G^T Q G, nine weights from n * n sums. Where one run holds all tiles that is the gradient, else the runs' gradients are added in order. The split depends on sizes
/// alone, so the result does not depend on the number of threads.
/// </summary>
internal static unsafe class WinogradWeightGradient<TTile>
    where TTile : struct, IWinogradGradient
{
    /// <summary>Input channels of an item: as many as keep Q, V and D in the second-level cache.</summary>
    private const int InputsPerItem = 64;

    /// <summary>Tiles of a block: enough that reading and writing Q hardly counts.</summary>
    private const int BlockTiles = 32;

    /// <summary>Items of a call, at least, where there is enough to share.</summary>
    private const int Items = 16;

    /// <summary>Computes the gradient, [taps, in, out].</summary>
    public static void Run(CpuDevice device, in Conv2dShape shape, Storage<float> input, Storage<float> outputGradient, Storage<float> weightGradient)
    {
        var grid = new TileGrid(shape.OutHeight, shape.OutWidth, TTile.Outputs);
        var panels = new Panels(shape.OutChannels);
        int groups = (shape.InChannels + InputsPerItem - 1) / InputsPerItem, tiles = shape.Images * grid.PerImage;
        int runs = Math.Clamp((Items + (groups * panels.Count) - 1) / (groups * panels.Count), 1, Math.Max(1, tiles / BlockTiles));
        using Storage<float>? partial = runs > 1 ? device.Allocate<float>(checked(runs * shape.WeightLength)) : null;
        var job = new Job
        {
            Panels = panels,
            Grid = grid,
            Input = new TileSource(device.Pointer(input), shape.InHeight, shape.InWidth, shape.InChannels, device.Zeros(shape.InChannels)),
            OutputGradient = new TileSource(device.Pointer(outputGradient), shape.OutHeight, shape.OutWidth, shape.OutChannels, device.Zeros(shape.OutChannels)),
            WeightGradient = device.Pointer(partial ?? weightGradient),
            InChannels = shape.InChannels,
            Padding = shape.Padding,
            Tiles = tiles,
            Groups = groups,
            Runs = runs,
        };
        device.For(panels.Count * groups * runs, job.ScratchFloats * sizeof(float), in job);
        if (partial is null) return;
        var sum = new RunSum(device.Pointer(partial), device.Pointer(weightGradient), runs, shape.WeightLength);
        device.For(sum.Items, in sum);
    }

    /// <summary>Adds the runs' gradients, in order. An item is a stretch of weights.</summary>
    private readonly struct RunSum(float* partial, float* total, int runs, int length) : IParallelBody
    {
        private const int Stretch = 4096;

        public int Items => (length + Stretch - 1) / Stretch;

        public void Run(int item)
        {
            int start = item * Stretch, count = Math.Min(Stretch, length - start);
            var target = new Span<float>(total + start, count);
            new ReadOnlySpan<float>(partial + start, count).CopyTo(target);
            for (int run = 1; run < runs; run++) TensorPrimitives.Add(target, new ReadOnlySpan<float>(partial + ((long)run * length) + start, count), target);
        }
    }

    private struct Job : IScratchBody
    {
        public Panels Panels;
        public TileGrid Grid;
        public TileSource Input;
        public TileSource OutputGradient;
        public float* WeightGradient;
        public int InChannels;
        public int Padding;
        public int Tiles;
        public int Groups;
        public int Runs;

        private static int M => TTile.Outputs;

        private static int Planes => TTile.Products * TTile.Products;

        public readonly long ScratchFloats => (long)(Planes * (DataPlane + GradientPlane + SumPlane)) + (9 * Panels.Width) + WinogradTile<TTile, Simd512, Vector512<float>>.Work + 64;

        private readonly int Inputs => Math.Min(InputsPerItem, InChannels);

        private readonly int DataStride => WinogradPlanes.RowStride(Inputs, Panels.Lanes);

        private readonly int DataPlane => WinogradPlanes.Spread(BlockTiles * DataStride);

        private readonly int GradientPlane => WinogradPlanes.Spread(BlockTiles * Panels.Width);

        private readonly int SumPlane => WinogradPlanes.Spread((Inputs + OuterKernel.Rows) * Panels.Width);

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
            int panel = item / (Groups * Runs), first = item / Runs % Groups * InputsPerItem, run = item % Runs;
            int inputs = Math.Min(InputsPerItem, InChannels - first);
            int start = (int)((long)Tiles * run / Runs), end = (int)((long)Tiles * (run + 1) / Runs);
            float* data = scratch, gradients = data + (Planes * DataPlane), sums = gradients + (Planes * GradientPlane), result = sums + (Planes * SumPlane);
            float* work = result + (9 * Panels.Width);
            if (start == end) new Span<float>(sums, Planes * SumPlane).Clear();
            for (int tile = start; tile < end; tile += BlockTiles)
            {
                int count = Math.Min(BlockTiles, end - tile);
                Transform<TSimd, TVector>(tile, count, first, inputs, panel, data, gradients, work);
                switch (Panels.VectorsOf(panel))
                {
                    case 4: Multiply<Row4<TSimd, TVector>>(count, inputs, data, gradients, sums, tile > start); break;
                    case 2: Multiply<Row2<TSimd, TVector>>(count, inputs, data, gradients, sums, tile > start); break;
                    default: Multiply<Row1<TSimd, TVector>>(count, inputs, data, gradients, sums, tile > start); break;
                }
            }

            StoreGradients<TSimd, TVector>(panel, first, inputs, run, sums, result, work);
        }

        [SkipLocalsInit]
        private readonly void Transform<TSimd, TVector>(int tile, int count, int first, int inputs, int panel, float* data, float* gradients, float* work)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            float** pixels = stackalloc float*[TTile.Inputs * TTile.Inputs];
            int width = Panels.WidthOf(panel), channel = Panels.Start(panel);
            for (int t = 0; t < count; t++)
            {
                // The last vectors may reach beyond a pixel: what they find there lands in sums that nobody reads.
                Grid.Locate(tile + t, out int image, out int top, out int left);
                Input.Find(image, (top / M * TTile.Step) - Padding, (left / M * TTile.Step) - Padding, TTile.Inputs, pixels);
                for (int i = 0; i < inputs; i += TSimd.Lanes)
                    WinogradTile<TTile, TSimd, TVector>.Data(pixels, first + i, data + (t * DataStride) + i, DataPlane, work);
                OutputGradient.Find(image, top, left, M, pixels);
                for (int lane = 0; lane < width; lane += TSimd.Lanes)
                    WinogradGradientTile<TTile, TSimd, TVector>.ResultGradient(pixels, channel + lane, gradients + (t * width) + lane, GradientPlane, work);
            }
        }

        private readonly void Multiply<TRow>(int count, int inputs, float* data, float* gradients, float* sums, bool accumulate)
            where TRow : struct, IRow<TRow>
        {
            for (int f = 0; f < Planes; f++)
                for (int i = 0; i < inputs; i += OuterKernel.Rows)
                    OuterKernel.Run<TRow>(
                        data + ((long)f * DataPlane) + i, DataStride, count, gradients + ((long)f * GradientPlane), sums + ((long)f * SumPlane) + (i * TRow.Width), TRow.Width, accumulate);
        }

        private readonly void StoreGradients<TSimd, TVector>(int panel, int first, int inputs, int run, float* sums, float* result, float* work)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            int width = Panels.WidthOf(panel), valid = Panels.Valid(panel);
            float* target = WeightGradient + ((long)run * 9 * InChannels * Panels.Columns) + Panels.Start(panel);
            for (int i = 0; i < inputs; i++)
            {
                for (int lane = 0; lane < width; lane += TSimd.Lanes)
                    WinogradGradientTile<TTile, TSimd, TVector>.WeightGradient(sums + (i * width) + lane, SumPlane, result + lane, width, work);
                for (int tap = 0; tap < 9; tap++)
                    new ReadOnlySpan<float>(result + (tap * width), valid).CopyTo(new Span<float>(target + ((((long)tap * InChannels) + first + i) * Panels.Columns), valid));
            }
        }
    }
}
