using System.Numerics.Tensors;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="AdaptiveAveragePool2d"/>. As in PyTorch, pixel i of the pooled image is the mean of pixels floor(i * in / out) up to
/// ceil((i + 1) * in / out), exclusive, of the whole one; windows overlap where the sizes do not divide, and repeat pixels where out is larger.
/// </summary>
/// <param name="Images">Number of images.</param>
/// <param name="InHeight">Height of the whole image in pixels, 1 or more.</param>
/// <param name="InWidth">Width of the whole image in pixels, 1 or more.</param>
/// <param name="OutHeight">Height of the pooled image in pixels, 1 or more.</param>
/// <param name="OutWidth">Width of the pooled image in pixels, 1 or more.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Whole">[images, in height, in width, channels]: the values, or the gradients to write.</param>
/// <param name="Pooled">[images, out height, out width, channels]: the means to write, or their gradients.</param>
/// <param name="IsGradient">Whether the gradients of the means are handed back to their windows.</param>
public readonly record struct AdaptiveAveragePool2dArgs(
    int Images, int InHeight, int InWidth, int OutHeight, int OutWidth, int Channels, Storage<float> Whole, Storage<float> Pooled, bool IsGradient)
    : IKernelCost
{
    /// <summary>A multiply-add per pixel of the larger image; overlaps of windows are not counted.</summary>
    public KernelCost Cost => new(
        2 * Math.Max(WholeLength, PooledLength), sizeof(float) * (WholeLength + PooledLength),
        $"{InHeight}x{InWidth}->{OutHeight}x{OutWidth}x{Channels} x{Images}");

    private long WholeLength => (long)Images * InHeight * InWidth * Channels;

    private long PooledLength => (long)Images * OutHeight * OutWidth * Channels;
}

/// <summary>
/// The means of windows that tile an image into a given number of pixels, and their gradient. The relation "the window of i covers j" looks the same from
/// both sides: j is in [floor(i * in / out), ceil((i + 1) * in / out)) exactly if i is in [floor(j * out / in), ceil((j + 1) * out / in)). So both directions
/// are one sum over a window, and differ in whose window's area divides.
/// </summary>
public readonly unsafe struct AdaptiveAveragePool2d : IKernel<AdaptiveAveragePool2dArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in AdaptiveAveragePool2dArgs args)
    {
        var grids = new Grids(args);
        (Storage<float> source, Storage<float> target) = args.IsGradient ? (args.Pooled, args.Whole) : (args.Whole, args.Pooled);
        device.For(args.Images * grids.TargetHeight, new Body(grids, device.Pointer(source), device.Pointer(target)));
    }

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in AdaptiveAveragePool2dArgs args)
    {
        var grids = new Grids(args);
        (Storage<float> source, Storage<float> target) = args.IsGradient ? (args.Pooled, args.Whole) : (args.Whole, args.Pooled);
        GpuChannels.Launch(
            device, args.Channels, checked(args.Images * grids.TargetHeight * grids.TargetWidth * args.Channels), Kernel<Float4>, Kernel<Float1>,
            new GpuArgs(grids, args.Images, device.View(source), device.View(target)));
    }

    internal static void Kernel<TChannels>(GpuArgs a)
        where TChannels : unmanaged, IChannels<TChannels>
    {
        Grids g = a.Grids;
        ArrayView<TChannels> source = a.Source.Cast<TChannels>(), target = a.Target.Cast<TChannels>();
        int chunks = g.Channels / TChannels.Count;
        long count = (long)a.Images * g.TargetHeight * g.TargetWidth * chunks;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            var at = new GridPixel(index, g.TargetHeight, g.TargetWidth, chunks);
            int endRow = End(at.Y, g.SourceHeight, g.TargetHeight), firstColumn = First(at.X, g.SourceWidth, g.TargetWidth);
            int endColumn = End(at.X, g.SourceWidth, g.TargetWidth);
            TChannels sum = TChannels.All(0);
            for (int row = First(at.Y, g.SourceHeight, g.TargetHeight); row < endRow; row++)
            {
                int pixels = ((at.Image * g.SourceHeight) + row) * g.SourceWidth;
                for (int column = firstColumn; column < endColumn; column++)
                    sum += source[((pixels + column) * chunks) + at.Channel] * g.Factor(at.Y, at.X, row, column);
            }

            target[index] = sum;
        }
    }

    private static int First(int target, int sources, int targets) => (int)((long)target * sources / targets);

    private static int End(int target, int sources, int targets) => (int)(((((long)target + 1) * sources) + targets - 1) / targets);

    private static int Length(int target, int sources, int targets) => End(target, sources, targets) - First(target, sources, targets);

    /// <summary>What is read and what is written, in plain numbers that GPU kernels take too.</summary>
    internal readonly struct Grids(AdaptiveAveragePool2dArgs args)
    {
        public readonly int SourceHeight = args.IsGradient ? args.OutHeight : args.InHeight;
        public readonly int SourceWidth = args.IsGradient ? args.OutWidth : args.InWidth;
        public readonly int TargetHeight = args.IsGradient ? args.InHeight : args.OutHeight;
        public readonly int TargetWidth = args.IsGradient ? args.InWidth : args.OutWidth;
        public readonly int Channels = args.Channels;
        private readonly int isGradient = args.IsGradient ? 1 : 0;

        /// <summary>1 / area of the mean's window, which is the target's going forward and the source's going back.</summary>
        public float Factor(int y, int x, int row, int column) => 1f / (isGradient == 0
            ? Length(y, SourceHeight, TargetHeight) * Length(x, SourceWidth, TargetWidth)
            : Length(row, TargetHeight, SourceHeight) * Length(column, TargetWidth, SourceWidth));
    }

    internal readonly struct GpuArgs(Grids grids, int images, ArrayView<float> source, ArrayView<float> target)
    {
        public readonly Grids Grids = grids;
        public readonly int Images = images;
        public readonly ArrayView<float> Source = source;
        public readonly ArrayView<float> Target = target;
    }

    /// <summary>One row of target pixels.</summary>
    private readonly struct Body(Grids grids, float* source, float* target) : IParallelBody
    {
        public void Run(int item)
        {
            int n = item / grids.TargetHeight, y = item % grids.TargetHeight, channels = grids.Channels;
            int firstRow = First(y, grids.SourceHeight, grids.TargetHeight), endRow = End(y, grids.SourceHeight, grids.TargetHeight);
            for (int x = 0; x < grids.TargetWidth; x++)
            {
                int firstColumn = First(x, grids.SourceWidth, grids.TargetWidth), endColumn = End(x, grids.SourceWidth, grids.TargetWidth);
                var sum = new Span<float>(target + ((((long)item * grids.TargetWidth) + x) * channels), channels);
                sum.Clear();
                for (int row = firstRow; row < endRow; row++)
                {
                    for (int column = firstColumn; column < endColumn; column++)
                    {
                        long pixel = ((((long)n * grids.SourceHeight) + row) * grids.SourceWidth) + column;
                        TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(source + (pixel * channels), channels), grids.Factor(y, x, row, column), sum, sum);
                    }
                }
            }
        }
    }
}
