using RawFuse.Kernels;

namespace RawFuse;

/// <summary>The place where the gradient of one tensor is summed up. It outlives the tensor's handle, but holds no values of it.</summary>
internal sealed class Variable(Shape shape)
{
    /// <summary>The sum so far, or null.</summary>
    public Tensor? Gradient { get; private set; }

    /// <summary>Whether the gradient stays after the backward pass (parameters) or is dropped once it was handed on.</summary>
    public bool IsKept { get; set; }

    /// <summary>
    /// Adds a gradient and takes ownership of it. A gradient with more leading dimensions than the tensor belongs to values
    /// that were broadcast: it is summed over those dimensions. This is the one place where that happens.
    /// </summary>
    public void Accumulate(Tensor gradient)
    {
        if (gradient.Shape != shape)
        {
            if (gradient.Length % Math.Max(1, shape.Length) != 0) throw new ShapeException($"A gradient of shape {gradient.Shape} reached a tensor of shape {shape}.");
            Tensor reduced = gradient.Length == shape.Length ? gradient.ShareAs(shape) : Tensor.Empty(gradient.Device, shape);
            if (gradient.Length != shape.Length)
                gradient.Device.Run<SumRows, SumRowsArgs>(new(gradient.Storage, reduced.Storage, gradient.Length / shape.Length, shape.Length));
            gradient.Dispose();
            gradient = reduced;
        }

        if (Gradient is null)
        {
            Gradient = gradient;
            return;
        }

        // Values that someone else also holds are not changed in place.
        Tensor sum = Gradient.Storage.IsShared ? Tensor.Empty(gradient.Device, shape) : Gradient.Share();
        gradient.Device.Run<Zip<Add>, ZipArgs>(new(Gradient.Storage, gradient.Storage, sum.Storage, shape.Length, shape.Length));
        Gradient.Dispose();
        gradient.Dispose();
        Gradient = sum;
    }

    public void Clear()
    {
        Gradient?.Dispose();
        Gradient = null;
    }
}
