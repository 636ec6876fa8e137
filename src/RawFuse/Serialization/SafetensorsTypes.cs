namespace RawFuse.Serialization;

/// <summary>What a safetensors header calls the element types, and their sizes.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, int Bytes)[] Table =
    [
        ("F64", 8), ("F32", 4), ("F16", 2), ("BF16", 2), ("I64", 8), ("I32", 4), ("I16", 2), ("I8", 1), ("U8", 1), ("BOOL", 1),
        ("U64", 8), ("U32", 4), ("U16", 2), ("F8_E4M3", 1), ("F8_E5M2", 1),
    ];

    public static string AllNames => string.Join(", ", Table.Select(row => row.Name));

    public static string Name(this SafetensorsType type) => Table[(int)type].Name;

    public static int Bytes(this SafetensorsType type) => Table[(int)type].Bytes;

    public static bool TryParse(string name, out SafetensorsType type)
    {
        int row = Array.FindIndex(Table, candidate => candidate.Name == name);
        type = (SafetensorsType)row;
        return row >= 0;
    }
}
