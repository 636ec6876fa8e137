namespace RawFuse.Serialization;

/// <summary>The element types this library reads and writes in safetensors files, all little-endian.</summary>
public enum SafetensorsType
{
    /// <summary>IEEE 754 binary64, 8 bytes.</summary>
    F64,

    /// <summary>IEEE 754 binary32, 4 bytes.</summary>
    F32,

    /// <summary>IEEE 754 binary16, 2 bytes.</summary>
    F16,

    /// <summary>bfloat16, the upper half of a binary32, 2 bytes.</summary>
    BF16,

    /// <summary>Signed integer, 8 bytes.</summary>
    I64,

    /// <summary>Signed integer, 4 bytes.</summary>
    I32,

    /// <summary>Signed integer, 2 bytes.</summary>
    I16,

    /// <summary>Signed integer, 1 byte.</summary>
    I8,

    /// <summary>Unsigned integer, 1 byte.</summary>
    U8,

    /// <summary>Truth value, 1 byte: 0 or 1. Other values are kept as they are.</summary>
    Bool,

    /// <summary>Unsigned integer, 8 bytes.</summary>
    U64,

    /// <summary>Unsigned integer, 4 bytes.</summary>
    U32,

    /// <summary>Unsigned integer, 2 bytes.</summary>
    U16,

    /// <summary>Float with 4 bits of exponent and 3 of mantissa, 1 byte; kept as it is, never converted.</summary>
    F8E4M3,

    /// <summary>Float with 5 bits of exponent and 2 of mantissa, 1 byte; kept as it is, never converted.</summary>
    F8E5M2,
}
