using RawFuse.Kernels;

namespace RawFuse;

/// <summary>A convolution on packed weights that are not trained, with everything that follows it folded in.</summary>
public static class FrozenConvolution
{
    /// <summary>
    /// relu(conv(x, weights) * scale + shift + residual). The backward pass needs the gradient of x and of the residual alone, so no activation is
    /// saved for it: one bit per output tells where the ReLU was open.
    /// </summary>
    /// <param name="x">[N, H, W, in].</param>
    /// <param name="weights">The packed weights, with one or more sets of faults: image n uses set n / (N / sets).</param>
    /// <param name="faults">[sets, weights] bits to flip, or null.</param>
    /// <param name="sets">Number of sets, 1 or more.</param>
    /// <param name="scale">[out] factors, or null.</param>
    /// <param name="shift">[out] summands, or null.</param>
    /// <param name="residual">A tensor of the result's shape to add, or null.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <param name="stride">Step in both directions.</param>
    /// <param name="padding">Zero pixels on each side.</param>
    /// <returns>[N, H', W', out].</returns>
    public static Tensor FrozenConv2d(
        this Tensor x, QuantizedWeights weights, Storage<byte>? faults, int sets, Tensor? scale, Tensor? shift, Tensor? residual, bool relu, int stride, int padding)
    {
        Shape w = weights.Shape;
        if (x.Shape.Rank != 4 || x.Shape[3] != w[2]) throw new ShapeException($"FrozenConv2d: input {x.Shape} does not go with weights {w}.");
        var shape = new Conv2dShape(x.Shape[0], x.Shape[1], x.Shape[2], w[2], w[3], w[0], w[1], stride, padding);
        var resultShape = new Shape(shape.Images, shape.OutHeight, shape.OutWidth, shape.OutChannels);
        if (residual is not null && residual.Shape != resultShape) throw new ShapeException($"FrozenConv2d: residual {residual.Shape} is not {resultShape}.");
        ConvWeights packed = ConvWeights.OfPacked(weights.Packed, weights.Scale, faults, sets);
        Tensor y = Tensor.Empty(x.Device, resultShape);
        bool isNeeded = Tape.IsNeeded(x, residual);
        Storage<byte>? mask = isNeeded && relu ? x.Device.Allocate<byte>(ConvEpilogue.MaskLength(y.Length / shape.OutChannels, shape.OutChannels)) : null;
        x.Device.Run<Conv2dForward, Conv2dForwardArgs>(
            new(shape, x.Storage, packed, y.Storage, new ConvEpilogue(scale?.Storage, shift?.Storage, residual?.Storage, relu, mask)));
        if (!isNeeded) return y;
        var operation = new FrozenConv2dOperation(shape, packed, scale, mask);
        return residual is null ? Tape.Record(operation, y, x) : Tape.Record(operation, y, x, residual);
    }

    /// <summary>relu(transposed conv(x, weights) * scale + shift), for inference.</summary>
    /// <param name="x">[N, H, W, in].</param>
    /// <param name="weights">Packed weights, [kernel height, kernel width, out, in].</param>
    /// <param name="scale">[out] factors, or null.</param>
    /// <param name="shift">[out] summands, or null.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <param name="stride">Step in both directions.</param>
    /// <param name="padding">Pixels cut from each side.</param>
    public static Tensor FrozenConvTranspose2d(this Tensor x, QuantizedWeights weights, Tensor? scale, Tensor? shift, bool relu, int stride, int padding)
    {
        if (Tape.IsNeeded(x)) throw new NotSupportedException("FrozenConvTranspose2d has no backward pass: frozen transposed convolutions are for inference.");
        Shape w = weights.Shape;
        if (x.Shape.Rank != 4 || x.Shape[3] != w[3]) throw new ShapeException($"FrozenConvTranspose2d: input {x.Shape} does not go with weights {w}.");
        Conv2dShape shape = Conv2dShape.Transposed(x.Shape[0], x.Shape[1], x.Shape[2], w[3], w[2], w[0], w[1], stride, padding);
        Tensor y = Tensor.Empty(x.Device, new Shape(shape.Images, shape.InHeight, shape.InWidth, shape.InChannels));
        x.Device.Run<Conv2dInputGradient, Conv2dInputGradientArgs>(
            new(
                shape, x.Storage, ConvWeights.OfPacked(weights.Packed, weights.Scale), y.Storage, null,
                new ConvEpilogue(scale?.Storage, shift?.Storage, null, relu, null)));
        return y;
    }

    private sealed class FrozenConv2dOperation : Operation
    {
        private readonly Conv2dShape shape;
        private readonly ConvWeights weights;
        private readonly Tensor? scale;
        private readonly Storage<byte>? mask;

        public FrozenConv2dOperation(Conv2dShape shape, ConvWeights weights, Tensor? scale, Storage<byte>? mask)
        {
            this.shape = shape;
            this.weights = weights;
            this.scale = scale is null ? null : Save(scale);
            this.mask = mask;
        }

        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            Tensor open = outputGradient.Share();
            if (mask is not null)
            {
                open.Dispose();
                open = Tensor.Empty(outputGradient.Device, outputGradient.Shape);
                open.Device.Run<ApplyReluMask, ApplyReluMaskArgs>(
                    new(outputGradient.Storage, mask, open.Storage, open.Length / shape.OutChannels, shape.OutChannels));
            }

            if (into.Wants(0))
            {
                Tensor gradient = Tensor.Empty(open.Device, new Shape(shape.Images, shape.InHeight, shape.InWidth, shape.InChannels));
                open.Device.Run<Conv2dInputGradient, Conv2dInputGradientArgs>(new(shape, open.Storage, weights, gradient.Storage, scale?.Storage));
                into.Add(0, gradient);
            }

            if (into.Wants(1)) into.Add(1, open);
            else open.Dispose();
        }

        protected override void Release() => mask?.Dispose();
    }
}
