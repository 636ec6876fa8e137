using RawFuse.Kernels;

namespace RawFuse;

/// <summary>Operations that move values without computing.</summary>
public static class LayoutOperations
{
    /// <summary>The same values under another shape; nothing is copied.</summary>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    public static Tensor Reshape(this Tensor x, Shape shape)
    {
        if (shape.Length != x.Length) throw new ShapeException($"Reshape: {x.Shape} has {x.Length} elements, {shape} has {shape.Length}.");
        Tensor y = x.ShareAs(shape);
        return Tape.IsNeeded(x) ? Tape.Record(new ReshapeOperation(x.Shape), y, x) : y;
    }

    /// <summary>Joins images along their channels.</summary>
    /// <param name="x">[N, H, W, Cx].</param>
    /// <param name="y">[N, H, W, Cy].</param>
    /// <returns>[N, H, W, Cx + Cy], x's channels first.</returns>
    /// <exception cref="ShapeException">The images differ in number or size.</exception>
    public static Tensor ConcatChannels(this Tensor x, Tensor y)
    {
        if (x.Shape.Rank != 4 || y.Shape.Rank != 4 || x.Shape[0] != y.Shape[0] || x.Shape[1] != y.Shape[1] || x.Shape[2] != y.Shape[2])
            throw new ShapeException($"ConcatChannels: {x.Shape} and {y.Shape} are not images of the same number and size.");
        int first = x.Shape[3], second = y.Shape[3], all = first + second, pixels = x.Shape[0] * x.Shape[1] * x.Shape[2];
        Tensor z = Tensor.Empty(x.Device, new Shape(x.Shape[0], x.Shape[1], x.Shape[2], all));
        x.Device.Run<CopyBlock, CopyBlockArgs>(new(x.Storage, 0, first, z.Storage, 0, all, pixels, first));
        x.Device.Run<CopyBlock, CopyBlockArgs>(new(y.Storage, 0, second, z.Storage, first, all, pixels, second));
        return Tape.IsNeeded(x, y) ? Tape.Record(new ConcatOperation(x.Shape, y.Shape), z, x, y) : z;
    }

    /// <summary>Places images in larger ones, with zeros around them, or crops them.</summary>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="height">Height of the result.</param>
    /// <param name="width">Width of the result.</param>
    /// <param name="top">Rows above x; negative to cut rows off.</param>
    /// <param name="left">Columns left of x; negative to cut columns off.</param>
    /// <returns>[N, height, width, C].</returns>
    public static Tensor Pad2d(this Tensor x, int height, int width, int top, int left)
    {
        if (x.Shape.Rank != 4) throw new ShapeException($"Pad2d: input {x.Shape} is not [N, H, W, C].");
        Tensor y = Tensor.Empty(x.Device, new Shape(x.Shape[0], height, width, x.Shape[3]));
        x.Device.Run<Pad2d, Pad2dArgs>(new(x.Shape[0], x.Shape[1], x.Shape[2], height, width, x.Shape[3], top, left, x.Storage, y.Storage));
        return Tape.IsNeeded(x) ? Tape.Record(new PadOperation(x.Shape, top, left), y, x) : y;
    }

    /// <summary>Repeats a batch: the result is times copies of x, one after the other.</summary>
    /// <param name="x">[N, ...].</param>
    /// <param name="times">Number of copies, 1 or more.</param>
    /// <returns>[times * N, ...].</returns>
    public static Tensor RepeatBatch(this Tensor x, int times)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        int[] sizes = x.Shape.ToArray();
        sizes[0] *= times;
        Tensor y = Tensor.Empty(x.Device, new Shape(sizes));

        // Rows of stride 0 read the same block again.
        x.Device.Run<CopyBlock, CopyBlockArgs>(new(x.Storage, 0, 0, y.Storage, 0, x.Length, times, x.Length));
        return Tape.IsNeeded(x) ? Tape.Record(new RepeatOperation(x.Shape, times), y, x) : y;
    }

    private sealed class ReshapeOperation(Shape before) : Operation
    {
        protected internal override void Backward(Tensor outputGradient, GradientSink into) => into.Add(0, outputGradient.ShareAs(before));
    }

    private sealed class ConcatOperation(Shape x, Shape y) : Operation
    {
        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            if (into.Wants(0)) into.Add(0, Slice(outputGradient, x, 0));
            if (into.Wants(1)) into.Add(1, Slice(outputGradient, y, x[3]));
        }

        private static Tensor Slice(Tensor from, Shape shape, int firstChannel)
        {
            Tensor part = Tensor.Empty(from.Device, shape);
            from.Device.Run<CopyBlock, CopyBlockArgs>(
                new(from.Storage, firstChannel, from.Shape[3], part.Storage, 0, shape[3], shape.Length / shape[3], shape[3]));
            return part;
        }
    }

    private sealed class PadOperation(Shape before, int top, int left) : Operation
    {
        protected internal override void Backward(Tensor outputGradient, GradientSink into) =>
            into.Add(0, outputGradient.Pad2d(before[1], before[2], -top, -left));
    }

    private sealed class RepeatOperation(Shape before, int times) : Operation
    {
        protected internal override void Backward(Tensor outputGradient, GradientSink into)
        {
            // Copy by copy, in order: a caller that splits the copies over several passes gets the same sum, bit for bit.
            for (int copy = 0; copy < times; copy++)
            {
                Tensor part = Tensor.Empty(outputGradient.Device, before);
                part.Device.Run<CopyBlock, CopyBlockArgs>(new(outputGradient.Storage, copy * before.Length, 0, part.Storage, 0, 0, 1, before.Length));
                into.Add(0, part);
            }
        }
    }
}
