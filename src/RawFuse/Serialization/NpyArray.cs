namespace RawFuse.Serialization;

/// <summary>An array as a .npy file holds it, converted to float32.</summary>
public sealed class NpyArray
{
    internal NpyArray(string type, int[] shape, float[] data)
    {
        Type = type;
        Shape = shape;
        Data = data;
    }

    /// <summary>The type in the file as NumPy writes it, such as &lt;f4.</summary>
    public string Type { get; }

    /// <summary>Whether the file holds floating-point numbers; else they were integers.</summary>
    public bool IsFloat => Type[1] == 'f';

    /// <summary>The dimensions; empty for a scalar.</summary>
    public int[] Shape { get; }

    /// <summary>The elements in C order, the last dimension running fastest; one for a scalar.</summary>
    public float[] Data { get; }
}
