using RawFuse.Kernels;

namespace RawFuse;

/// <summary>A value between the layers of a network on int8 activations: floats, bytes, or whichever was made first and the other when someone asks for it.</summary>
internal sealed class Int8Value : IDisposable
{
    private readonly ActivationRange range;
    private readonly Shape shape;
    private Tensor? floats;
    private Storage<byte>? bytes;

    private Int8Value(ActivationRange range, Shape shape, Tensor? floats, Storage<byte>? bytes)
    {
        this.range = range;
        this.shape = shape;
        this.floats = floats;
        this.bytes = bytes;
    }

    public Shape Shape => shape;

    /// <summary>Takes ownership of floats.</summary>
    public static Int8Value Of(Tensor floats, ActivationRange range) => new(range, floats.Shape, floats, null);

    /// <summary>Takes ownership of bytes.</summary>
    public static Int8Value Of(Storage<byte> bytes, Shape shape, ActivationRange range) => new(range, shape, null, bytes);

    public ByteValues Bytes()
    {
        if (bytes is null)
        {
            bytes = floats!.Device.Allocate<byte>(shape.Length);
            floats.Device.Run<QuantizeActivations, QuantizeActivationsArgs>(new(floats.Storage, 1 / range.Step, shape.Length, new ByteValues(bytes, range.IsSigned)));
        }

        return new ByteValues(bytes, range.IsSigned);
    }

    public Tensor Floats()
    {
        if (floats is null)
        {
            floats = Tensor.Empty(bytes!.Device, shape);
            floats.Device.Run<DequantizeActivations, DequantizeActivationsArgs>(new(new ByteValues(bytes, range.IsSigned), range.Step, shape.Length, floats.Storage));
        }

        return floats;
    }

    public void Dispose()
    {
        floats?.Dispose();
        bytes?.Dispose();
    }
}
