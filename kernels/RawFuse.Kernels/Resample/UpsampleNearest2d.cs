using System.Numerics.Tensors;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="UpsampleNearest2d"/> and <see cref="UpsampleNearest2dGradient"/>; small: [images, height, width, channels], large: factor times as high and wide.</summary>
public readonly record struct UpsampleNearest2dArgs(int Images, int Height, int Width, int Channels, int Factor, Storage<float> Small, Storage<float> Large) : IKernelCost
{
    /// <summary>That of a copy: the additions of the gradient, one per large pixel, are not counted.</summary>
    public KernelCost Cost => new(0, sizeof(float) * ((long)SmallLength + LargeLength), $"{Height}x{Width}x{Channels} by {Factor} x{Images}");

    internal int LargeLength => checked(Images * Height * Factor * Width * Factor * Channels);

    internal int SmallLength => checked(Images * Height * Width * Channels);
}

/// <summary>Enlarges images by repeating pixels; writes <see cref="UpsampleNearest2dArgs.Large"/>.</summary>
public readonly unsafe struct UpsampleNearest2d : IKernel<UpsampleNearest2dArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in UpsampleNearest2dArgs args) =>
        device.For(args.Images * args.Height, new Body(args.Width, args.Channels, args.Factor, device.Pointer(args.Small), device.Pointer(args.Large)));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in UpsampleNearest2dArgs args) =>
        GpuChannels.Launch(device, args.Channels, args.LargeLength, Kernel<Float4>, Kernel<Float1>, new UpsampleGpuArgs(device, args));

    internal static void Kernel<TChannels>(UpsampleGpuArgs a)
        where TChannels : unmanaged, IChannels<TChannels>
    {
        ArrayView<TChannels> small = a.Small.Cast<TChannels>(), large = a.Large.Cast<TChannels>();
        int chunks = a.Channels / TChannels.Count;
        long count = (long)a.Images * a.Height * a.Factor * a.Width * a.Factor * chunks;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            var at = new GridPixel(index, a.Factor, a.Width * a.Factor, chunks);
            large[index] = small[(((at.Image * a.Width) + (at.X / a.Factor)) * chunks) + at.Channel];
        }
    }

    /// <summary>One row of small pixels.</summary>
    private readonly struct Body(int width, int channels, int factor, float* small, float* large) : IParallelBody
    {
        public void Run(int item)
        {
            int length = width * factor * channels;
            float* first = large + ((long)item * factor * length);
            for (int x = 0; x < width; x++)
            {
                var pixel = new ReadOnlySpan<float>(small + ((((long)item * width) + x) * channels), channels);
                for (int i = 0; i < factor; i++) pixel.CopyTo(new Span<float>(first + (((long)x * factor) + i) * channels, channels));
            }

            for (int i = 1; i < factor; i++) new ReadOnlySpan<float>(first, length).CopyTo(new Span<float>(first + ((long)i * length), length));
        }
    }
}

/// <summary>Sums the gradients of the copies of each pixel; writes <see cref="UpsampleNearest2dArgs.Small"/>.</summary>
public readonly unsafe struct UpsampleNearest2dGradient : IKernel<UpsampleNearest2dArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in UpsampleNearest2dArgs args) =>
        device.For(args.Images * args.Height, new Body(args.Width, args.Channels, args.Factor, device.Pointer(args.Small), device.Pointer(args.Large)));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in UpsampleNearest2dArgs args) =>
        GpuChannels.Launch(device, args.Channels, args.SmallLength, Kernel<Float4>, Kernel<Float1>, new UpsampleGpuArgs(device, args));

    internal static void Kernel<TChannels>(UpsampleGpuArgs a)
        where TChannels : unmanaged, IChannels<TChannels>
    {
        ArrayView<TChannels> small = a.Small.Cast<TChannels>(), large = a.Large.Cast<TChannels>();
        int chunks = a.Channels / TChannels.Count;
        long count = (long)a.Images * a.Height * a.Width * chunks;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            // Images and their rows count together.
            var at = new GridPixel(index, 1, a.Width, chunks);
            TChannels sum = TChannels.All(0);
            for (int dy = 0; dy < a.Factor; dy++)
            {
                int pixels = (((at.Image * a.Factor) + dy) * a.Width * a.Factor) + (at.X * a.Factor);
                for (int dx = 0; dx < a.Factor; dx++) sum += large[((pixels + dx) * chunks) + at.Channel];
            }

            small[index] = sum;
        }
    }

    /// <summary>One row of small pixels.</summary>
    private readonly struct Body(int width, int channels, int factor, float* small, float* large) : IParallelBody
    {
        public void Run(int item)
        {
            long length = (long)width * factor * channels;
            for (int x = 0; x < width; x++)
            {
                var sum = new Span<float>(small + ((((long)item * width) + x) * channels), channels);
                sum.Clear();
                for (int dy = 0; dy < factor; dy++)
                    for (int dx = 0; dx < factor; dx++)
                        TensorPrimitives.Add(
                            sum, new ReadOnlySpan<float>(large + ((((long)item * factor) + dy) * length) + ((((long)x * factor) + dx) * channels), channels), sum);
            }
        }
    }
}

internal readonly struct UpsampleGpuArgs(GpuDevice device, in UpsampleNearest2dArgs args)
{
    public readonly ArrayView<float> Small = device.View(args.Small);
    public readonly ArrayView<float> Large = device.View(args.Large);
    public readonly int Images = args.Images;
    public readonly int Height = args.Height;
    public readonly int Width = args.Width;
    public readonly int Channels = args.Channels;
    public readonly int Factor = args.Factor;
}
