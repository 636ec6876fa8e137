using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace RawFuse.Serialization;

/// <summary>
/// Reads the JSON of a safetensors header and trusts none of it. Stricter than the reference implementation in one point: unknown keys in a
/// tensor's entry are refused, since no writer puts any there.
/// </summary>
internal ref struct SafetensorsHeaderReader
{
    private const int LongestQuote = 80;

    private readonly string path;
    private readonly long dataLength;
    private Utf8JsonReader json;
    private string? tensor;

    private SafetensorsHeaderReader(ReadOnlySpan<byte> header, string path, long dataLength)
    {
        this.path = path;
        this.dataLength = dataLength;
        json = new Utf8JsonReader(header);
    }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="header">The JSON, with any padding.</param>
    /// <param name="path">The file, for error messages.</param>
    /// <param name="dataLength">How many bytes of data follow the header.</param>
    /// <exception cref="FileFormatException">The header is malformed or does not describe exactly these bytes.</exception>
    public static SafetensorsHeader Read(ReadOnlySpan<byte> header, string path, long dataLength)
    {
        var reader = new SafetensorsHeaderReader(header, path, dataLength);
        if (header.IsEmpty || header[0] != '{') throw reader.Error("the JSON does not begin with '{'");
        if (!Utf8.IsValid(header)) throw reader.Error("the JSON is not valid UTF-8");
        try
        {
            return reader.ReadHeader();
        }
        catch (JsonException e)
        {
            throw reader.Error($"the JSON is invalid: {e.Message}", e);
        }
    }

    private SafetensorsHeader ReadHeader()
    {
        var metadata = new OrderedDictionary<string, string>();
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>();
        json.Read();
        while (NextKey(names) is { } name)
        {
            if (name == SafetensorsHeader.MetadataKey) ReadMetadata(metadata);
            else entries.Add(ReadEntry(name));
        }
        // Throws where anything but white space follows the object.
        json.Read();

        List<SafetensorsEntry> ordered = [.. entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End)];
        CheckCoverage(ordered);
        return new SafetensorsHeader(metadata, ordered);
    }

    private void ReadMetadata(OrderedDictionary<string, string> metadata)
    {
        Expect(JsonTokenType.StartObject, SafetensorsHeader.MetadataKey, "an object of strings");
        var keys = new HashSet<string>();
        while (NextKey(keys) is { } key)
        {
            Expect(JsonTokenType.String, $"{SafetensorsHeader.MetadataKey} value {Quote(key)}", "a string");
            metadata.Add(key, Text());
        }
    }

    private SafetensorsEntry ReadEntry(string name)
    {
        if (name.Length == 0) throw Error("a tensor's name is empty");
        tensor = name;
        string? typeName = null;
        int[]? shape = null;
        (long Begin, long End)? offsets = null;

        Expect(JsonTokenType.StartObject, "the entry", "an object");
        var keys = new HashSet<string>();
        while (NextKey(keys) is { } key)
        {
            switch (key)
            {
                case "dtype":
                    Expect(JsonTokenType.String, "dtype", "a string");
                    typeName = Text();
                    break;
                case "shape":
                    shape = ReadShape();
                    break;
                case "data_offsets":
                    offsets = ReadOffsets();
                    break;
                default:
                    throw Error($"unknown key {Quote(key)}; expected dtype, shape and data_offsets");
            }
        }

        SafetensorsEntry entry = CheckedEntry(
            name,
            typeName ?? throw Error("dtype is missing"),
            shape ?? throw Error("shape is missing"),
            offsets ?? throw Error("data_offsets is missing"));
        tensor = null;
        return entry;
    }

    private int[] ReadShape()
    {
        Expect(JsonTokenType.StartArray, "shape", "an array");
        var shape = new List<int>();
        json.Read();
        while (json.TokenType != JsonTokenType.EndArray)
        {
            shape.Add((int)Integer("a dimension", int.MaxValue));
            json.Read();
        }
        return [.. shape];
    }

    private (long Begin, long End) ReadOffsets()
    {
        Expect(JsonTokenType.StartArray, "data_offsets", "an array of two offsets");
        json.Read();
        long begin = Integer("the first of data_offsets", long.MaxValue);
        json.Read();
        long end = Integer("the second of data_offsets", long.MaxValue);
        Expect(JsonTokenType.EndArray, "what follows the second of data_offsets", "the array's end");
        return (begin, end);
    }

    private readonly SafetensorsEntry CheckedEntry(string name, string typeName, int[] shape, (long Begin, long End) offsets)
    {
        if (!SafetensorsTypes.TryParse(typeName, out SafetensorsType type))
            throw Error($"dtype is {Quote(typeName)}; expected one of {SafetensorsTypes.AllNames}");
        (long begin, long end) = offsets;
        if (begin > end) throw Error($"data_offsets [{begin}, {end}] end before they begin");
        if (end > dataLength) throw Error($"data_offsets [{begin}, {end}] leave the data, which has {dataLength} bytes");
        if (!ShapeSize.TryBytes(shape, type.Bytes(), out long expected))
            throw Error($"the size of shape {ShapeSize.Text(shape)} overflows");
        if (expected != end - begin)
            throw Error($"data_offsets [{begin}, {end}] hold {end - begin} bytes; {type.Name()} of shape {ShapeSize.Text(shape)} needs {expected}");
        if (expected > Array.MaxLength) throw Error($"has {expected} bytes; one tensor may have at most {Array.MaxLength}");
        return new SafetensorsEntry(name, type, shape, begin, end);
    }

    private readonly void CheckCoverage(List<SafetensorsEntry> ordered)
    {
        long covered = 0;
        foreach (SafetensorsEntry entry in ordered)
        {
            if (entry.Begin != covered)
            {
                string fault = entry.Begin < covered ? "overlaps the tensor before it" : "leaves a hole after the tensor before it";
                throw Error($"tensor {Quote(entry.Name)} begins at {entry.Begin} and {fault}; expected {covered}");
            }
            covered = entry.End;
        }
        if (covered != dataLength) throw Error($"the tensors cover {covered} bytes of data; the file has {dataLength}");
    }

    /// <summary>Moves to an object's next key and returns it, or null at the object's end.</summary>
    private string? NextKey(HashSet<string> seen)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.EndObject) return null;
        string key = Text();
        return seen.Add(key) ? key : throw Error($"key {Quote(key)} appears twice");
    }

    private void Expect(JsonTokenType type, string what, string expected)
    {
        json.Read();
        if (json.TokenType != type) throw Error($"{what} is {Token()}; expected {expected}");
    }

    private readonly long Integer(string what, long largest)
    {
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long value) && value >= 0 && value <= largest) return value;
        throw Error($"{what} is {Token()}; expected an integer from 0 to {largest}");
    }

    private readonly string Text()
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            // The bytes are valid UTF-8, but \ud800 in an escape is not Unicode.
            throw Error($"string {Token()} is not valid Unicode", e);
        }
    }

    /// <summary>The current token as error messages show it.</summary>
    private readonly string Token() => Quote(Encoding.UTF8.GetString(json.ValueSpan[..Math.Min(json.ValueSpan.Length, LongestQuote)]));

    private static string Quote(string text) => text.Length <= LongestQuote ? $"'{text}'" : $"'{text[..LongestQuote]}...'";

    private readonly FileFormatException Error(string problem, Exception? inner = null) =>
        new(path, tensor is null ? $"safetensors header: {problem}" : $"tensor {Quote(tensor)}: {problem}", inner);
}
