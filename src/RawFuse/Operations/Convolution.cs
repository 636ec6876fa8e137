using RawFuse.Kernels;

namespace RawFuse;

/// <summary>Convolutions and linear maps with float weights. Images are [N, H, W, C].</summary>
public static class ConvolutionOperations
{
    /// <summary>Two-dimensional convolution.</summary>
    /// <param name="x">[N, H, W, in].</param>
    /// <param name="weight">[kernel height, kernel width, in, out].</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="stride">Step in both directions, 1 or more.</param>
    /// <param name="padding">Zero pixels on each side, 0 or more.</param>
    /// <returns>[N, (H + 2 padding - kernel height) / stride + 1, likewise, out].</returns>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    public static Tensor Conv2d(this Tensor x, Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0)
    {
        Conv2dShape shape = ShapeOf(nameof(Conv2d), x, weight, bias, stride, padding);
        Tensor y = Tensor.Empty(x.Device, new Shape(shape.Images, shape.OutHeight, shape.OutWidth, shape.OutChannels));
        x.Device.Run<Conv2dForward, Conv2dForwardArgs>(
            new(shape, x.Storage, ConvWeights.OfFloats(weight.Storage), y.Storage, new ConvEpilogue(Shift: bias?.Storage)));
        if (!Tape.IsNeeded(x, weight, bias)) return y;
        var operation = new ConvolutionOperation(shape, x, weight, isTransposed: false);
        return bias is null ? Tape.Record(operation, y, x, weight) : Tape.Record(operation, y, x, weight, bias);
    }

    /// <summary>Transposed convolution: the map whose matrix is the transpose of a convolution's.</summary>
    /// <param name="x">[N, H, W, in].</param>
    /// <param name="weight">[kernel height, kernel width, out, in]: that of the convolution it transposes.</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="stride">Step in both directions, 1 or more.</param>
    /// <param name="padding">Pixels cut from each side, 0 or more.</param>
    /// <returns>[N, (H - 1) stride - 2 padding + kernel height, likewise, out].</returns>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    public static Tensor ConvTranspose2d(this Tensor x, Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0)
    {
        Conv2dShape shape = TransposedShapeOf(nameof(ConvTranspose2d), x, weight, bias, stride, padding);
        Tensor y = Tensor.Empty(x.Device, new Shape(shape.Images, shape.InHeight, shape.InWidth, shape.InChannels));
        x.Device.Run<Conv2dInputGradient, Conv2dInputGradientArgs>(
            new(shape, x.Storage, ConvWeights.OfFloats(weight.Storage), y.Storage, null, new ConvEpilogue(Shift: bias?.Storage)));
        if (!Tape.IsNeeded(x, weight, bias)) return y;
        var operation = new ConvolutionOperation(shape, x, weight, isTransposed: true);
        return bias is null ? Tape.Record(operation, y, x, weight) : Tape.Record(operation, y, x, weight, bias);
    }

    /// <summary>Linear map of each row.</summary>
    /// <param name="x">[N, in]; further dimensions are taken as one row: [N, H, W, C] counts as [N, H*W*C].</param>
    /// <param name="weight">[1, 1, in, out].</param>
    /// <param name="bias">[out], or null.</param>
    /// <returns>[N, out].</returns>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    public static Tensor Linear(this Tensor x, Tensor weight, Tensor? bias = null)
    {
        int images = x.Shape[0];
        using Tensor rows = x.Reshape(new Shape(images, 1, 1, x.Length / Math.Max(1, images)));
        using Tensor y = rows.Conv2d(weight, bias);
        return y.Reshape(new Shape(images, weight.Shape[3]));
    }

    /// <summary>The sizes of a convolution of x; checks them.</summary>
    internal static Conv2dShape ShapeOf(string operation, Tensor x, Tensor weight, Tensor? bias, int stride, int padding)
    {
        CheckRanks(operation, x, weight);
        if (x.Shape[3] != weight.Shape[2])
            throw new ShapeException($"{operation}: input {x.Shape} has {x.Shape[3]} channels, weight {weight.Shape} expects {weight.Shape[2]}.");
        CheckBias(operation, bias, weight.Shape[3]);
        return new Conv2dShape(x.Shape[0], x.Shape[1], x.Shape[2], weight.Shape[2], weight.Shape[3], weight.Shape[0], weight.Shape[1], stride, padding);
    }

    /// <summary>The sizes of the convolution that a transposed convolution of x transposes; checks them.</summary>
    internal static Conv2dShape TransposedShapeOf(string operation, Tensor x, Tensor weight, Tensor? bias, int stride, int padding)
    {
        CheckRanks(operation, x, weight);
        if (x.Shape[3] != weight.Shape[3])
            throw new ShapeException($"{operation}: input {x.Shape} has {x.Shape[3]} channels, weight {weight.Shape} expects {weight.Shape[3]}.");
        CheckBias(operation, bias, weight.Shape[2]);
        return Conv2dShape.Transposed(x.Shape[0], x.Shape[1], x.Shape[2], weight.Shape[3], weight.Shape[2], weight.Shape[0], weight.Shape[1], stride, padding);
    }

    private static void CheckRanks(string operation, Tensor x, Tensor weight)
    {
        if (x.Shape.Rank != 4) throw new ShapeException($"{operation}: input {x.Shape} is not [N, H, W, C].");
        if (weight.Shape.Rank != 4) throw new ShapeException($"{operation}: weight {weight.Shape} is not [kernel height, kernel width, in, out].");
    }

    private static void CheckBias(string operation, Tensor? bias, int channels)
    {
        if (bias is not null && bias.Shape != new Shape(channels)) throw new ShapeException($"{operation}: bias {bias.Shape} is not [{channels}].");
    }

    /// <summary>The backward pass of both: a transposed convolution exchanges the roles of the convolution's input and output.</summary>
    private sealed class ConvolutionOperation : Operation
    {
        private readonly Conv2dShape shape;
        private readonly Tensor x, weight;
        private readonly bool isTransposed;

        public ConvolutionOperation(Conv2dShape shape, Tensor x, Tensor weight, bool isTransposed)
        {
            this.shape = shape;
            this.x = Save(x);
            this.weight = Save(weight);
            this.isTransposed = isTransposed;
        }

        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            Device device = outputGradient.Device;
            if (into.Wants(0))
            {
                Tensor gradient = Tensor.Empty(device, x.Shape);
                ConvWeights weights = ConvWeights.OfFloats(weight.Storage);
                if (isTransposed) device.Run<Conv2dForward, Conv2dForwardArgs>(new(shape, outputGradient.Storage, weights, gradient.Storage));
                else device.Run<Conv2dInputGradient, Conv2dInputGradientArgs>(new(shape, outputGradient.Storage, weights, gradient.Storage));
                into.Add(0, gradient);
            }

            if (into.Wants(1))
            {
                Tensor gradient = Tensor.Empty(device, weight.Shape);
                (Tensor input, Tensor output) = isTransposed ? (outputGradient, x) : (x, outputGradient);
                device.Run<Conv2dWeightGradient, Conv2dWeightGradientArgs>(new(shape, input.Storage, output.Storage, gradient.Storage));
                into.Add(1, gradient);
            }

            if (into.Wants(2)) into.Add(2, outputGradient.Share());
        }
    }
}
