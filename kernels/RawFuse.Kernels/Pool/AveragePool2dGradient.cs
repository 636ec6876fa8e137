using System.Numerics.Tensors;
using ILGPU;

namespace RawFuse.Kernels;

/// <summary>Spreads each mean's gradient evenly over its window; writes <see cref="AveragePool2dArgs.Input"/>.</summary>
public readonly unsafe struct AveragePool2dGradient : IKernel<AveragePool2dArgs>
{
    /// <inheritdoc/>
    public static void Cpu(CpuDevice device, in AveragePool2dArgs args) =>
        device.For(args.Shape.Images, new Body(args.Checked, device.Pointer(args.Output), device.Pointer(args.Input)));

    /// <inheritdoc/>
    public static void Gpu(GpuDevice device, in AveragePool2dArgs args) => GpuChannels.Launch(
        device, args.Shape.Channels, args.Shape.InputLength, Kernel<Float4>, Kernel<Float1>,
        new AveragePoolGpuArgs(new GpuPool(args.Checked), device.View(args.Input), device.View(args.Output)));

    internal static void Kernel<TChannels>(AveragePoolGpuArgs a)
        where TChannels : unmanaged, IChannels<TChannels>
    {
        GpuPool s = a.Shape;
        ArrayView<TChannels> input = a.Input.Cast<TChannels>(), output = a.Output.Cast<TChannels>();
        int chunks = s.Channels / TChannels.Count;
        long count = (long)s.Images * s.InHeight * s.InWidth * chunks;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            var at = new GridPixel(index, s.InHeight, s.InWidth, chunks);
            TChannels sum = TChannels.All(0);
            for (int y = at.Y / s.Stride; y >= 0 && at.Y - (y * s.Stride) < s.Window; y--)
            {
                if (y >= s.OutHeight) continue;
                for (int x = at.X / s.Stride; x >= 0 && at.X - (x * s.Stride) < s.Window; x--)
                    if (x < s.OutWidth)
                        sum += output[(((((at.Image * s.OutHeight) + y) * s.OutWidth) + x) * chunks) + at.Channel];
            }

            input[index] = sum / (s.Window * s.Window);
        }
    }

    /// <summary>One image.</summary>
    private readonly struct Body(PoolShape shape, float* outputGradient, float* inputGradient) : IParallelBody
    {
        public void Run(int item)
        {
            int channels = shape.Channels;
            int length = shape.InHeight * shape.InWidth * channels;
            float* image = inputGradient + ((long)item * length);
            new Span<float>(image, length).Clear();
            for (int pixel = 0; pixel < shape.OutHeight * shape.OutWidth; pixel++)
            {
                int y = pixel / shape.OutWidth, x = pixel % shape.OutWidth;
                var gradient = new ReadOnlySpan<float>(outputGradient + ((((long)item * shape.OutHeight * shape.OutWidth) + pixel) * channels), channels);
                for (int i = 0; i < shape.Window * shape.Window; i++)
                {
                    int at = (((y * shape.Stride) + (i / shape.Window)) * shape.InWidth) + (x * shape.Stride) + (i % shape.Window);
                    var target = new Span<float>(image + ((long)at * channels), channels);
                    TensorPrimitives.Add(target, gradient, target);
                }
            }

            var all = new Span<float>(image, length);
            TensorPrimitives.Divide(all, shape.Window * shape.Window, all);
        }
    }
}
