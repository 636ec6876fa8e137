namespace RawFuse.Serialization;

/// <summary>An array as a .npy file holds it, converted to float32.</summary>
public sealed class NpyArray
{
    internal NpyArray(int[] shape, float[] data)
    {
        Shape = shape;
        Data = data;
    }

    /// <summary>The dimensions; empty for a scalar.</summary>
    public int[] Shape { get; }

    /// <summary>The elements in C order, the last dimension running fastest; one for a scalar.</summary>
    public float[] Data { get; }
}
