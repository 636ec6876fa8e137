using System.Runtime.CompilerServices;

namespace RawFuse.Serialization;

/// <summary>One named array of a safetensors file: its type, shape and bytes (C order, little-endian).</summary>
public sealed class SafetensorsTensor
{
    private readonly int[] shape;

    /// <summary>Describes a tensor around bytes the caller already has.</summary>
    /// <param name="name">Well-formed UTF-16, not empty and not <c>__metadata__</c>, which the format keeps for itself.</param>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The dimensions, none for a scalar; zeros are allowed.</param>
    /// <param name="bytes">The elements. They are not copied: the caller leaves them alone.</param>
    /// <exception cref="ArgumentException">The name is invalid, or the shape and type ask for another number of bytes.</exception>
    public SafetensorsTensor(string name, SafetensorsType type, ReadOnlySpan<int> shape, ReadOnlyMemory<byte> bytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name == SafetensorsHeader.MetadataKey) throw new ArgumentException($"the name {name} is reserved by the format", nameof(name));
        SafetensorsHeader.RequireEncodable(name, nameof(name));
        if (!Enum.IsDefined(type)) throw new ArgumentOutOfRangeException(nameof(type), type, "not a safetensors type");
        if (!ShapeSize.TryBytes(shape, type.Bytes(), out long expected) || expected != bytes.Length)
            throw new ArgumentException($"tensor '{name}': {type.Name()} of shape {ShapeSize.Text(shape)} does not fit {bytes.Length} bytes", nameof(bytes));
        Name = name;
        Type = type;
        this.shape = shape.ToArray();
        Bytes = bytes;
    }

    /// <summary>The name, unique in its file.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public SafetensorsType Type { get; }

    /// <summary>The dimensions; empty for a scalar.</summary>
    public ReadOnlySpan<int> Shape => shape;

    /// <summary>The elements as they stand in the file. At most 2 GB.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Bytes of one element.</summary>
    public int ElementBytes => Type.Bytes();

    /// <summary>How many elements the tensor has.</summary>
    public int ElementCount => Bytes.Length / ElementBytes;

    /// <summary>Whether the elements are floating-point numbers, which <see cref="ToFloat32"/> converts.</summary>
    public bool IsFloat => Type is SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F64;

    /// <summary>Copies float values into an F32 tensor.</summary>
    /// <exception cref="ArgumentException">The name is invalid, the number of values is not the shape's, or they exceed 2 GB.</exception>
    public static SafetensorsTensor FromFloat32(string name, ReadOnlySpan<int> shape, ReadOnlySpan<float> values) =>
        From(name, SafetensorsType.F32, shape, values);

    /// <summary>Copies values into an I64 tensor.</summary>
    /// <exception cref="ArgumentException">The name is invalid, the number of values is not the shape's, or they exceed 2 GB.</exception>
    public static SafetensorsTensor FromInt64(string name, ReadOnlySpan<int> shape, ReadOnlySpan<long> values) =>
        From(name, SafetensorsType.I64, shape, values);

    /// <summary>Copies values into an I8 tensor.</summary>
    /// <exception cref="ArgumentException">The name is invalid, the number of values is not the shape's, or they exceed 2 GB.</exception>
    public static SafetensorsTensor FromInt8(string name, ReadOnlySpan<int> shape, ReadOnlySpan<sbyte> values) =>
        From(name, SafetensorsType.I8, shape, values);

    /// <summary>The elements of an F32 tensor, without a copy.</summary>
    /// <exception cref="InvalidOperationException">The tensor has another type.</exception>
    public ReadOnlySpan<float> AsFloat32() => As<float>(SafetensorsType.F32);

    /// <summary>The elements of an I64 tensor, without a copy.</summary>
    /// <exception cref="InvalidOperationException">The tensor has another type.</exception>
    public ReadOnlySpan<long> AsInt64() => As<long>(SafetensorsType.I64);

    /// <summary>The elements of an I8 tensor, without a copy.</summary>
    /// <exception cref="InvalidOperationException">The tensor has another type.</exception>
    public ReadOnlySpan<sbyte> AsInt8() => As<sbyte>(SafetensorsType.I8);

    /// <summary>
    /// A copy of a floating-point tensor as float32. F32, F16 and BF16 are exact; F64 is rounded to nearest and becomes an infinity where
    /// it is out of range.
    /// </summary>
    /// <exception cref="InvalidOperationException">The tensor holds integers or truth values.</exception>
    public float[] ToFloat32()
    {
        switch (Type)
        {
            case SafetensorsType.F32:
                return AsFloat32().ToArray();
            case SafetensorsType.F64:
                return Convert(As<double>(SafetensorsType.F64), static value => (float)value);
            case SafetensorsType.F16:
                return Convert(As<Half>(SafetensorsType.F16), static value => (float)value);
            case SafetensorsType.BF16:
                return Convert(As<ushort>(SafetensorsType.BF16), static bits => BitConverter.UInt32BitsToSingle((uint)bits << 16));
            default:
                throw new InvalidOperationException($"tensor '{Name}' is {Type.Name()}; expected F32, F16, BF16 or F64");
        }
    }

    private static SafetensorsTensor From<T>(string name, SafetensorsType type, ReadOnlySpan<int> shape, ReadOnlySpan<T> values) where T : unmanaged
    {
        if ((long)values.Length * Unsafe.SizeOf<T>() > Array.MaxLength)
            throw new ArgumentException($"tensor '{name}' has {values.Length} values; one tensor may have at most {Array.MaxLength} bytes", nameof(values));
        return new SafetensorsTensor(name, type, shape, LittleEndian.Bytes(values).ToArray());
    }

    private static float[] Convert<T>(ReadOnlySpan<T> values, Func<T, float> convert)
    {
        var result = new float[values.Length];
        for (int i = 0; i < result.Length; i++) result[i] = convert(values[i]);
        return result;
    }

    private ReadOnlySpan<T> As<T>(SafetensorsType expected) where T : unmanaged
    {
        if (Type != expected) throw new InvalidOperationException($"tensor '{Name}' is {Type.Name()}; expected {expected.Name()}");
        return LittleEndian.Values<T>(Bytes.Span);
    }
}
