using RawFuse.Kernels;

namespace RawFuse;

/// <summary>Operations that change the resolution of images [N, H, W, C].</summary>
public static class PoolingOperations
{
    /// <summary>The largest value of each window.</summary>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="window">Height and width of a window.</param>
    /// <param name="stride">Step between windows; 0 for the window's size.</param>
    /// <param name="padding">Pixels of minus infinity on each side, at most half a window.</param>
    public static Tensor MaxPool2d(this Tensor x, int window, int stride = 0, int padding = 0)
    {
        PoolShape shape = ShapeOf(nameof(MaxPool2d), x, window, stride, padding);
        Tensor y = Tensor.Empty(x.Device, new Shape(shape.Images, shape.OutHeight, shape.OutWidth, shape.Channels));
        if (!Tape.IsNeeded(x))
        {
            x.Device.Run<MaxPool2d, MaxPool2dArgs>(new(shape, x.Storage, y.Storage, null));
            return y;
        }

        Storage<byte> positions = x.Device.Allocate<byte>(shape.OutputLength);
        x.Device.Run<MaxPool2d, MaxPool2dArgs>(new(shape, x.Storage, y.Storage, positions));
        return Tape.Record(new MaxPoolOperation(shape, positions), y, x);
    }

    /// <summary>The mean of each window.</summary>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="window">Height and width of a window.</param>
    /// <param name="stride">Step between windows; 0 for the window's size.</param>
    public static Tensor AveragePool2d(this Tensor x, int window, int stride = 0)
    {
        PoolShape shape = ShapeOf(nameof(AveragePool2d), x, window, stride);
        Tensor y = Tensor.Empty(x.Device, new Shape(shape.Images, shape.OutHeight, shape.OutWidth, shape.Channels));
        x.Device.Run<AveragePool2d, AveragePool2dArgs>(new(shape, x.Storage, y.Storage));
        return Tape.IsNeeded(x) ? Tape.Record(new AveragePoolOperation(shape, x.Shape), y, x) : y;
    }

    /// <summary>
    /// The means of windows that cover images with a given number of pixels, as PyTorch's AdaptiveAvgPool2d cuts them
    /// (<see cref="AdaptiveAveragePool2dArgs"/>).
    /// </summary>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="height">Height of the result, 1 or more; may exceed H.</param>
    /// <param name="width">Width of the result, 1 or more; may exceed W.</param>
    /// <returns>[N, height, width, C].</returns>
    public static Tensor AdaptiveAveragePool2d(this Tensor x, int height, int width)
    {
        if (x.Shape.Rank != 4 || x.Shape[1] < 1 || x.Shape[2] < 1)
            throw new ShapeException($"AdaptiveAveragePool2d: input {x.Shape} is not [N, H, W, C] with pixels.");
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Tensor y = Tensor.Empty(x.Device, new Shape(x.Shape[0], height, width, x.Shape[3]));
        RunAdaptive(x, y, isGradient: false);
        return Tape.IsNeeded(x) ? Tape.Record(new AdaptiveAverageOperation(x.Shape), y, x) : y;
    }

    /// <summary>Enlarges images by repeating each pixel.</summary>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="factor">1 or more.</param>
    /// <returns>[N, factor H, factor W, C].</returns>
    public static Tensor UpsampleNearest2d(this Tensor x, int factor)
    {
        if (x.Shape.Rank != 4) throw new ShapeException($"UpsampleNearest2d: input {x.Shape} is not [N, H, W, C].");
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        Tensor y = Tensor.Empty(x.Device, new Shape(x.Shape[0], x.Shape[1] * factor, x.Shape[2] * factor, x.Shape[3]));
        x.Device.Run<UpsampleNearest2d, UpsampleNearest2dArgs>(new(x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], factor, x.Storage, y.Storage));
        return Tape.IsNeeded(x) ? Tape.Record(new UpsampleOperation(x.Shape, factor), y, x) : y;
    }

    private static void RunAdaptive(Tensor whole, Tensor pooled, bool isGradient)
    {
        Shape from = whole.Shape, to = pooled.Shape;
        whole.Device.Run<AdaptiveAveragePool2d, AdaptiveAveragePool2dArgs>(
            new(from[0], from[1], from[2], to[1], to[2], from[3], whole.Storage, pooled.Storage, isGradient));
    }

    private static PoolShape ShapeOf(string operation, Tensor x, int window, int stride, int padding = 0)
    {
        if (x.Shape.Rank != 4) throw new ShapeException($"{operation}: input {x.Shape} is not [N, H, W, C].");
        return new PoolShape(x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], window, stride == 0 ? window : stride, padding);
    }

    private sealed class MaxPoolOperation(PoolShape shape, Storage<byte> positions) : Operation
    {
        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            Tensor gradient = Tensor.Empty(outputGradient.Device, new Shape(shape.Images, shape.InHeight, shape.InWidth, shape.Channels));
            gradient.Device.Run<MaxPool2dGradient, MaxPool2dGradientArgs>(new(shape, outputGradient.Storage, positions, gradient.Storage));
            into.Add(0, gradient);
        }

        protected override void Release() => positions.Dispose();
    }

    private sealed class AveragePoolOperation(PoolShape shape, Shape before) : Operation
    {
        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            Tensor gradient = Tensor.Empty(outputGradient.Device, before);
            gradient.Device.Run<AveragePool2dGradient, AveragePool2dArgs>(new(shape, gradient.Storage, outputGradient.Storage));
            into.Add(0, gradient);
        }
    }

    private sealed class AdaptiveAverageOperation(Shape before) : Operation
    {
        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            Tensor gradient = Tensor.Empty(outputGradient.Device, before);
            RunAdaptive(gradient, outputGradient, isGradient: true);
            into.Add(0, gradient);
        }
    }

    private sealed class UpsampleOperation(Shape before, int factor) : Operation
    {
        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            Tensor gradient = Tensor.Empty(outputGradient.Device, before);
            gradient.Device.Run<UpsampleNearest2dGradient, UpsampleNearest2dArgs>(
                new(before[0], before[1], before[2], before[3], factor, gradient.Storage, outputGradient.Storage));
            into.Add(0, gradient);
        }
    }
}
