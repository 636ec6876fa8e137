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
    public static void Gpu(GpuDevice device, in AveragePool2dArgs args) =>
        device.Launch(Kernel, args.Shape.InputLength, new AveragePoolGpuArgs(new GpuPool(args.Checked), device.View(args.Input), device.View(args.Output)));

    internal static void Kernel(AveragePoolGpuArgs a)
    {
        GpuPool s = a.Shape;
        long count = (long)s.Images * s.InHeight * s.InWidth * s.Channels;
        for (long index = GridStride.First; index < count; index += GridStride.Step)
        {
            var at = new GridPixel(index, s.InHeight, s.InWidth, s.Channels);
            int c = at.Channel, ix = at.X, iy = at.Y;
            long n = at.Image;
            float sum = 0;
            for (int y = iy / s.Stride; y >= 0 && iy - (y * s.Stride) < s.Window; y--)
            {
                if (y >= s.OutHeight) continue;
                for (int x = ix / s.Stride; x >= 0 && ix - (x * s.Stride) < s.Window; x--)
                    if (x < s.OutWidth)
                        sum += a.Output[(((((n * s.OutHeight) + y) * s.OutWidth) + x) * s.Channels) + c];
            }

            a.Input[index] = sum / (s.Window * s.Window);
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
