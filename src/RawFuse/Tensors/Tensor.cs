using RawFuse.Kernels;

namespace RawFuse;

/// <summary>
/// A float32 array on a device. A tensor is a handle: disposing it gives its memory back to the device's pool, unless another
/// handle, or a tape that needs the values for its backward pass, still holds them.
/// </summary>
public sealed class Tensor : IDisposable
{
    private Tensor(Shape shape, Storage<float> storage)
    {
        Shape = shape;
        Storage = storage;
    }

    /// <summary>The sizes.</summary>
    public Shape Shape { get; }

    /// <summary>The values, row by row.</summary>
    public Storage<float> Storage { get; }

    /// <summary>The device the values live on.</summary>
    public Device Device => Storage.Device;

    /// <summary>Number of elements.</summary>
    public int Length => Shape.Length;

    /// <summary>Whether gradients reach this tensor: it is a parameter, or was computed from one on a tape.</summary>
    public bool NeedsGradient => Variable is not null;

    /// <summary>The gradient of the last backward pass, for tensors made with <see cref="TrackGradient"/>; null before.</summary>
    public Tensor? Gradient => Variable?.Gradient;

    /// <summary>Where the tape collects this tensor's gradient; null when none is wanted.</summary>
    internal Variable? Variable { get; set; }

    /// <summary>A tensor whose values are undefined until a kernel writes them.</summary>
    public static Tensor Empty(Device device, Shape shape) => new(shape, device.Allocate<float>(shape.Length));

    /// <summary>A tensor of values that exist already; takes over one reference to them.</summary>
    /// <param name="storage">The values, row by row; there may be more than the shape has.</param>
    /// <param name="shape">The sizes.</param>
    /// <exception cref="ShapeException">There are fewer values than the shape has.</exception>
    public static Tensor Of(Storage<float> storage, Shape shape)
    {
        if (storage.Length < shape.Length) throw new ShapeException($"Tensor.Of: {storage.Length} values for shape {shape}, which has {shape.Length}.");
        return new Tensor(shape, storage);
    }

    /// <summary>A tensor of one value.</summary>
    public static Tensor Full(Device device, Shape shape, float value)
    {
        Tensor tensor = Empty(device, shape);
        device.Run<Fill<float>, FillArgs<float>>(new(tensor.Storage, shape.Length, value));
        return tensor;
    }

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(Device device, Shape shape) => Full(device, shape, 0);

    /// <summary>A tensor with a copy of the given values.</summary>
    /// <exception cref="ShapeException">The number of values is not the shape's.</exception>
    public static Tensor From(Device device, Shape shape, ReadOnlySpan<float> values)
    {
        if (values.Length != shape.Length) throw new ShapeException($"Tensor.From: {values.Length} values for shape {shape}, which has {shape.Length}.");
        return new Tensor(shape, device.Allocate(values));
    }

    /// <summary>A second handle to the same values. It takes no part in gradients.</summary>
    public Tensor Share() => new(Shape, Storage.Share());

    /// <summary>A second handle to the same values under another shape, without a history.</summary>
    internal Tensor ShareAs(Shape shape) => new(shape, Storage.Share());

    /// <summary>Marks the tensor as one whose gradient is wanted: backward passes add it to <see cref="Gradient"/>.</summary>
    /// <returns>This tensor.</returns>
    public Tensor TrackGradient()
    {
        Variable ??= new Variable(Shape);
        Variable.IsKept = true;
        return this;
    }

    /// <summary>Replaces the gradient collected so far, and takes the new one over.</summary>
    /// <param name="gradient">Of this tensor's shape; null for none. Else the tensor must be tracked.</param>
    /// <exception cref="InvalidOperationException">The tensor is not tracked.</exception>
    public void SetGradient(Tensor? gradient)
    {
        ClearGradient();
        if (gradient is null) return;
        if (Variable is null) throw new InvalidOperationException("SetGradient: the tensor's gradient is not tracked.");
        Variable.Accumulate(gradient);
    }

    /// <summary>Forgets the gradient collected so far.</summary>
    public void ClearGradient() => Variable?.Clear();

    /// <summary>Copies the values to the host.</summary>
    public float[] ToArray()
    {
        var values = new float[Length];
        Device.Download(Storage, values);
        return values;
    }

    /// <summary>The value of a tensor with one element.</summary>
    /// <exception cref="ShapeException">The tensor has more or fewer elements.</exception>
    public float ToScalar()
    {
        if (Length != 1) throw new ShapeException($"ToScalar: the tensor has shape {Shape}, not one element.");
        Span<float> value = stackalloc float[1];
        Device.Download(Storage, value);
        return value[0];
    }

    /// <summary>Replaces the values.</summary>
    /// <exception cref="ShapeException">The number of values is not the shape's.</exception>
    public void Set(ReadOnlySpan<float> values)
    {
        if (values.Length != Length) throw new ShapeException($"Set: {values.Length} values for shape {Shape}, which has {Length}.");
        Device.Upload(values, Storage);
    }

    /// <summary>Releases the handle. A tracked gradient is released with it.</summary>
    public void Dispose()
    {
        Storage.Dispose();
        if (Variable is { IsKept: true }) Variable.Clear();
    }

    /// <inheritdoc/>
    public override string ToString() => $"Tensor {Shape} on {Device.Name}";
}
