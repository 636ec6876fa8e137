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
    public static void Gpu(GpuDevice device, in MaxPool2dGradientArgs args) => GpuChannels.Launch(
        device, args.Shape.Channels, args.Shape.InputLength, Kernel<Float4>, Kernel<Float1>,
        new GpuArgs(new GpuPool(args.Shape), device.View(args.OutputGradient), device.View(args.Positions), device.View(args.InputGradient)));

    internal static void Kernel<TChannels>(GpuArgs a)
        where TChannels : unmanaged, IChannels<TChannels>
    {
        GpuPool s = a.Shape;
        ArrayView<TChannels> outputGradient = a.OutputGradient.Cast<TChannels>(), inputGradient = a.InputGradient.Cast<TChannels>();
        int chunks = s.Channels / TChannels.Count;
        long count = (long)s.Images * s.InHeight * s.InWidth * chunks;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            var at = new GridPixel(index, s.InHeight, s.InWidth, chunks);
            int row = at.Y + s.Padding, column = at.X + s.Padding;

            // Every window that covers the pixel.
            TChannels sum = TChannels.All(0);
            for (int y = row / s.Stride; y >= 0 && row - (y * s.Stride) < s.Window; y--)
            {
                if (y >= s.OutHeight) continue;
                for (int x = column / s.Stride; x >= 0 && column - (x * s.Stride) < s.Window; x--)
                {
                    if (x >= s.OutWidth) continue;
                    int output = (((((at.Image * s.OutHeight) + y) * s.OutWidth) + x) * chunks) + at.Channel;
                    int position = ((row - (y * s.Stride)) * s.Window) + column - (x * s.Stride);
                    sum += TChannels.WhereEqual(outputGradient[output], TChannels.LoadBytes(a.Positions, output), (uint)position);
                }
            }

            inputGradient[index] = sum;
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
