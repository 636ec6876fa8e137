using System.Numerics.Tensors;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Arguments of <see cref="AveragePool2d"/> and <see cref="AveragePool2dGradient"/>.</summary>
/// <param name="Shape">The sizes, without padding.</param>
/// <param name="Input">[images, in height, in width, channels]: the values, or the gradients to write.</param>
/// <param name="Output">[images, out height, out width, channels]: the averages to write, or their gradients.</param>
public readonly record struct AveragePool2dArgs(PoolShape Shape, Storage<float> Input, Storage<float> Output) : IKernelCost
{
    /// <summary>An addition per pixel of a window and a division for each window.</summary>
    public KernelCost Cost => new(
        Shape.WindowPixels + Shape.OutputLength, sizeof(float) * ((long)Shape.InputLength + Shape.OutputLength), Shape.Describe());

    /// <summary>The sizes, if they can be pooled.</summary>
    internal PoolShape Checked => Shape.Padding == 0 ? Shape : throw new ArgumentException($"AveragePool2d: takes no padding, not {Shape.Padding}.");
}

/// <summary>The mean of each window.</summary>
public readonly unsafe struct AveragePool2d : IKernel<AveragePool2dArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in AveragePool2dArgs args) =>
        device.For(args.Shape.Images * args.Shape.OutHeight, new Body(args.Checked, device.Pointer(args.Input), device.Pointer(args.Output)));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in AveragePool2dArgs args) => GpuChannels.Launch(
        device, args.Shape.Channels, args.Shape.OutputLength, Kernel<Float4>, Kernel<Float1>,
        new AveragePoolGpuArgs(new GpuPool(args.Checked), device.View(args.Input), device.View(args.Output)));

    internal static void Kernel<TChannels>(AveragePoolGpuArgs a)
        where TChannels : unmanaged, IChannels<TChannels>
    {
        GpuPool s = a.Shape;
        ArrayView<TChannels> input = a.Input.Cast<TChannels>(), output = a.Output.Cast<TChannels>();
        int chunks = s.Channels / TChannels.Count;
        long count = (long)s.Images * s.OutHeight * s.OutWidth * chunks;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            var at = new GridPixel(index, s.OutHeight, s.OutWidth, chunks);
            TChannels sum = TChannels.All(0);
            for (int row = 0; row < s.Window; row++)
            {
                int pixel = (((at.Image * s.InHeight) + (at.Y * s.Stride) + row) * s.InWidth) + (at.X * s.Stride);
                for (int column = 0; column < s.Window; column++) sum += input[((pixel + column) * chunks) + at.Channel];
            }

            output[index] = sum / (s.Window * s.Window);
        }
    }

    /// <summary>One row of output pixels.</summary>
    private readonly struct Body(PoolShape shape, float* input, float* output) : IParallelBody
    {
        public void Run(int item)
        {
            int n = item / shape.OutHeight, y = item % shape.OutHeight, channels = shape.Channels;
            for (int x = 0; x < shape.OutWidth; x++)
            {
                var target = new Span<float>(output + ((((long)item * shape.OutWidth) + x) * channels), channels);
                target.Clear();
                for (int i = 0; i < shape.Window * shape.Window; i++)
                {
                    long pixel = ((((long)n * shape.InHeight) + (y * shape.Stride) + (i / shape.Window)) * shape.InWidth) + (x * shape.Stride) + (i % shape.Window);
                    TensorPrimitives.Add(target, new ReadOnlySpan<float>(input + (pixel * channels), channels), target);
                }

                TensorPrimitives.Divide(target, shape.Window * shape.Window, target);
            }
        }
    }
}

internal readonly struct AveragePoolGpuArgs(GpuPool shape, ArrayView<float> input, ArrayView<float> output)
{
    public readonly GpuPool Shape = shape;
    public readonly ArrayView<float> Input = input;
    public readonly ArrayView<float> Output = output;
}
