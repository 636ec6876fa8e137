using ILGPU;

namespace RawFuse.Kernels;

/// <summary>
/// Arguments of <see cref="Pad2d"/>: output[n, y, x, c] = input[n, y - Top, x - Left, c], 0 where that lies outside.
/// Negative offsets and a smaller output crop: so the gradient of a padding is a padding.
/// </summary>
public readonly record struct Pad2dArgs(
    int Images, int InHeight, int InWidth, int OutHeight, int OutWidth, int Channels, int Top, int Left, Storage<float> Input, Storage<float> Output)
    : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(
        0, (long)sizeof(float) * Images * Channels * ((Kept(InHeight, OutHeight, Top) * Kept(InWidth, OutWidth, Left)) + ((long)OutHeight * OutWidth)),
        $"{InHeight}x{InWidth}->{OutHeight}x{OutWidth}x{Channels} x{Images}");

    /// <summary>Rows or columns of the input that are in the output.</summary>
    private static long Kept(int inputs, int outputs, int offset) => Math.Max(0, Math.Min(inputs, outputs - offset) - Math.Max(0, -offset));
}

/// <summary>Places images in larger ones with zeros around them, or crops them.</summary>
public readonly unsafe struct Pad2d : IKernel<Pad2dArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in Pad2dArgs args) =>
        device.For(args.Images * args.OutHeight, new Body(args, device.Pointer(args.Input), device.Pointer(args.Output)));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in Pad2dArgs args) => GpuChannels.Launch(
        device, args.Channels, (long)args.Images * args.OutHeight * args.OutWidth * args.Channels, Kernel<Float4>, Kernel<Float1>, new GpuArgs(device, args));

    internal static void Kernel<TChannels>(GpuArgs a)
        where TChannels : unmanaged, IChannels<TChannels>
    {
        ArrayView<TChannels> input = a.Input.Cast<TChannels>(), output = a.Output.Cast<TChannels>();
        int chunks = a.Channels / TChannels.Count;
        long count = (long)a.Images * a.OutHeight * a.OutWidth * chunks;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            var at = new GridPixel(index, a.OutHeight, a.OutWidth, chunks);
            int x = at.X - a.Left, y = at.Y - a.Top;
            TChannels value = TChannels.All(0);
            if (x >= 0 && x < a.InWidth && y >= 0 && y < a.InHeight) value = input[(((((at.Image * a.InHeight) + y) * a.InWidth) + x) * chunks) + at.Channel];
            output[index] = value;
        }
    }

    /// <summary>One row of output pixels.</summary>
    private readonly struct Body : IParallelBody
    {
        private readonly int inHeight, inWidth, outHeight, outWidth, channels, top, left;
        private readonly float* input, output;

        public Body(in Pad2dArgs args, float* input, float* output)
        {
            (inHeight, inWidth, outHeight, outWidth) = (args.InHeight, args.InWidth, args.OutHeight, args.OutWidth);
            (channels, top, left) = (args.Channels, args.Top, args.Left);
            this.input = input;
            this.output = output;
        }

        public void Run(int item)
        {
            var row = new Span<float>(output + ((long)item * outWidth * channels), outWidth * channels);
            row.Clear();
            int n = item / outHeight, y = (item % outHeight) - top;
            int start = Math.Max(0, left), end = Math.Min(outWidth, left + inWidth);
            if (y < 0 || y >= inHeight || start >= end) return;
            float* source = input + ((((((long)n * inHeight) + y) * inWidth) + start - left) * channels);
            new ReadOnlySpan<float>(source, (end - start) * channels).CopyTo(row[(start * channels)..]);
        }
    }

    internal readonly struct GpuArgs(GpuDevice device, in Pad2dArgs args)
    {
        public readonly ArrayView<float> Input = device.View(args.Input);
        public readonly ArrayView<float> Output = device.View(args.Output);
        public readonly int Images = args.Images;
        public readonly int InHeight = args.InHeight;
        public readonly int InWidth = args.InWidth;
        public readonly int OutHeight = args.OutHeight;
        public readonly int OutWidth = args.OutWidth;
        public readonly int Channels = args.Channels;
        public readonly int Top = args.Top;
        public readonly int Left = args.Left;
    }
}
