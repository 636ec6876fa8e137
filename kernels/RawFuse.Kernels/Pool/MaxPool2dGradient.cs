using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="MaxPool2dGradient"/>: the output gradients, the winners' positions, and the input gradients to write.</summary>
public readonly record struct MaxPool2dGradientArgs(PoolShape Shape, Storage<float> OutputGradient, Storage<byte> Positions, Storage<float> InputGradient)
    : IKernelCost
{
    /// <inheritdoc/>
    public KernelCost Cost => new(
        Shape.OutputLength, (sizeof(float) * ((long)Shape.InputLength + Shape.OutputLength)) + Shape.OutputLength, Shape.Describe());
}

/// <summary>Hands each output's gradient to the pixel that won its window.</summary>
public readonly unsafe struct MaxPool2dGradient : IKernel<MaxPool2dGradientArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in MaxPool2dGradientArgs args) =>
        device.For(
            args.Shape.Images, new Body(args.Shape, device.Pointer(args.OutputGradient), device.Pointer(args.Positions), device.Pointer(args.InputGradient)));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in MaxPool2dGradientArgs args) =>
        device.Launch(
            Kernel, args.Shape.InputLength,
            new GpuArgs(new GpuPool(args.Shape), device.View(args.OutputGradient), device.View(args.Positions), device.View(args.InputGradient)));

    internal static void Kernel(GpuArgs a)
    {
        GpuPool s = a.Shape;
        long count = (long)s.Images * s.InHeight * s.InWidth * s.Channels;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            var at = new GridPixel(index, s.InHeight, s.InWidth, s.Channels);
            int c = at.Channel, ix = at.X, iy = at.Y;
            long n = at.Image;

            // Every window that covers the pixel.
            float sum = 0;
            for (int y = (iy + s.Padding) / s.Stride; y >= 0; y--)
            {
                int dy = iy + s.Padding - (y * s.Stride);
                if (dy >= s.Window) break;
                if (y >= s.OutHeight) continue;
                for (int x = (ix + s.Padding) / s.Stride; x >= 0; x--)
                {
                    int dx = ix + s.Padding - (x * s.Stride);
                    if (dx >= s.Window) break;
                    if (x >= s.OutWidth) continue;
                    long output = (((((n * s.OutHeight) + y) * s.OutWidth) + x) * s.Channels) + c;
                    if (a.Positions[output] == (dy * s.Window) + dx) sum += a.OutputGradient[output];
                }
            }

            a.InputGradient[index] = sum;
        }
    }

    /// <summary>One image.</summary>
    private readonly struct Body(PoolShape shape, float* outputGradient, byte* positions, float* inputGradient) : IParallelBody
    {
        public void Run(int item)
        {
            int channels = shape.Channels;
            int imageLength = shape.InHeight * shape.InWidth * channels;
            float* image = inputGradient + ((long)item * imageLength);
            new Span<float>(image, imageLength).Clear();
            long at = (long)item * shape.OutHeight * shape.OutWidth * channels;

            // Offsets of the window's pixels: at most 15 x 15 of them.
            int* offsets = stackalloc int[shape.Window * shape.Window];
            for (int i = 0; i < shape.Window * shape.Window; i++) offsets[i] = (((i / shape.Window) * shape.InWidth) + (i % shape.Window)) * channels;
            for (int y = 0; y < shape.OutHeight; y++)
            {
                for (int x = 0; x < shape.OutWidth; x++, at += channels)
                {
                    long top = ((long)y * shape.Stride) - shape.Padding, left = ((long)x * shape.Stride) - shape.Padding;
                    float* corner = image + (((top * shape.InWidth) + left) * channels);
                    for (int c = 0; c < channels; c++) corner[offsets[positions[at + c]] + c] += outputGradient[at + c];
                }
            }
        }
    }

    internal readonly struct GpuArgs(GpuPool shape, ArrayView<float> outputGradient, ArrayView<byte> positions, ArrayView<float> inputGradient)
    {
        public readonly GpuPool Shape = shape;
        public readonly ArrayView<float> OutputGradient = outputGradient;
        public readonly ArrayView<byte> Positions = positions;
        public readonly ArrayView<float> InputGradient = inputGradient;
    }
}
