using RawFuse.Kernels;

namespace RawFuse;

/// <summary>Functions of two tensors, element by element. The second may lack leading dimensions: it is repeated over them.</summary>
public static class BinaryOperations
{
    /// <summary>x + y.</summary>
    /// <exception cref="ShapeException">y's shape is not x's, nor its innermost dimensions.</exception>
    public static Tensor Add(this Tensor x, Tensor y)
    {
        Tensor z = Zip<Add>(x, y, nameof(Add));
        return Tape.IsNeeded(x, y) ? Tape.Record(new AddOperation(), z, x, y) : z;
    }

    /// <summary>x * y.</summary>
    /// <exception cref="ShapeException">y's shape is not x's, nor its innermost dimensions.</exception>
    public static Tensor Multiply(this Tensor x, Tensor y)
    {
        Tensor z = Zip<Multiply>(x, y, nameof(Multiply));
        return Tape.IsNeeded(x, y) ? Tape.Record(new MultiplyOperation(x, y), z, x, y) : z;
    }

    private static Tensor Zip<TOp>(Tensor x, Tensor y, string name)
        where TOp : unmanaged, IBinaryOp
    {
        if (!y.Shape.IsSuffixOf(x.Shape)) throw new ShapeException($"{name}: y of shape {y.Shape} does not go with x of shape {x.Shape}.");
        Tensor z = Tensor.Empty(x.Device, x.Shape);
        x.Device.Run<Zip<TOp>, ZipArgs>(new(x.Storage, y.Storage, z.Storage, x.Length, Math.Max(1, y.Length)));
        return z;
    }

    private sealed class AddOperation : Operation
    {
        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            if (into.Wants(0)) into.Add(0, outputGradient.Share());
            if (into.Wants(1)) into.Add(1, outputGradient.Share());
        }
    }

    private sealed class MultiplyOperation : Operation
    {
        private readonly Tensor x, y;

        public MultiplyOperation(Tensor x, Tensor y)
        {
            this.x = Save(x);
            this.y = Save(y);
        }

        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            if (into.Wants(0)) into.Add(0, outputGradient.Multiply(y));
            if (into.Wants(1)) into.Add(1, outputGradient.Multiply(x));
        }
    }
}
