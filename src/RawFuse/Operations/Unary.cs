using RawFuse.Kernels;

namespace RawFuse;

/// <summary>Functions of every element.</summary>
public static class UnaryOperations
{
    /// <summary>max(x, 0).</summary>
    public static Tensor Relu(this Tensor x) => x.Map(default(Relu));

    /// <summary>Hyperbolic tangent.</summary>
    public static Tensor Tanh(this Tensor x) => x.Map(default(Tanh));

    /// <summary>x limited to [min, max]; the gradient passes where min &lt;= x &lt;= max.</summary>
    public static Tensor Clamp(this Tensor x, float min, float max) => x.Map(new Clamp(min, max));

    /// <summary>x times a constant.</summary>
    public static Tensor Scale(this Tensor x, float factor) => x.Map(new Scale(factor));

    /// <summary>Applies any differentiable function of one number.</summary>
    public static Tensor Map<TOp>(this Tensor x, TOp op)
        where TOp : unmanaged, IUnaryOp
    {
        Tensor y = Tensor.Empty(x.Device, x.Shape);
        x.Device.Run<Map<TOp>, MapArgs<TOp>>(new(x.Storage, y.Storage, x.Length, op));
        return Tape.IsNeeded(x) ? Tape.Record(new MapOperation<TOp>(TOp.DerivativeUsesValue ? y : x, op), y, x) : y;
    }

    private sealed class MapOperation<TOp> : Operation
        where TOp : unmanaged, IUnaryOp
    {
        private readonly Tensor kept;
        private readonly TOp op;

        public MapOperation(Tensor needed, TOp op)
        {
            kept = Save(needed);
            this.op = op;
        }

        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            Tensor gradient = Tensor.Empty(outputGradient.Device, outputGradient.Shape);
            gradient.Device.Run<MapGradient<TOp>, MapGradientArgs<TOp>>(new(outputGradient.Storage, kept.Storage, gradient.Storage, gradient.Length, op));
            into.Add(0, gradient);
        }
    }
}
