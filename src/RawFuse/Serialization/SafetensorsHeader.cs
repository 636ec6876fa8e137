using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RawFuse.Serialization;

/// <summary>
/// The front of a safetensors file, <c>length (u64) | JSON | padding</c>, after which the data starts:
/// <c>{"__metadata__":{"key":"text"},"name":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}</c>.
/// Source: the format section of https://github.com/huggingface/safetensors.
/// </summary>
/// <param name="Metadata">The free strings, in the file's order.</param>
/// <param name="Entries">The tensors in the order of their data, which they cover without holes or overlaps.</param>
internal sealed record SafetensorsHeader(OrderedDictionary<string, string> Metadata, IReadOnlyList<SafetensorsEntry> Entries)
{
    public const string MetadataKey = "__metadata__";

    /// <summary>The bytes of the length that precedes the JSON.</summary>
    public const int PrefixBytes = 8;

    /// <summary>The reference implementation's limit for the JSON.</summary>
    public const int MaximumBytes = 100_000_000;

    // So the data of a memory-mapped file is aligned for every type, as the reference implementation does it.
    private const int Alignment = 8;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Encodes everything that precedes the data; the tensors' data follows in the given order.</summary>
    /// <exception cref="ArgumentException">A string is not well-formed UTF-16, or the header exceeds <see cref="MaximumBytes"/>.</exception>
    public static ReadOnlySpan<byte> Encode(IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(PrefixBytes), 0);
        buffer.Advance(PrefixBytes);

        // The file is no web page: names keep their +, < and accents readable, as the reference implementation writes them.
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 }) WriteMetadata(json, metadata);
            WriteTensors(json, tensors);
            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & (Alignment - 1);
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        int length = buffer.WrittenCount - PrefixBytes;
        if (length > MaximumBytes) throw new ArgumentException($"the header would have {length} bytes; the format allows {MaximumBytes}", nameof(tensors));

        byte[] header = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        return header;
    }

    /// <summary>Refuses text that UTF-8 cannot carry; the JSON writer would silently put U+FFFD in its place.</summary>
    public static void RequireEncodable(string text, string parameter)
    {
        try
        {
            StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException("the text is not well-formed UTF-16: a surrogate stands alone", parameter, e);
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(MetadataKey);
        foreach ((string key, string value) in metadata)
        {
            RequireEncodable(key, nameof(metadata));
            RequireEncodable(value, nameof(metadata));
            json.WriteString(key, value);
        }
        json.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter json, IReadOnlyList<SafetensorsTensor> tensors)
    {
        long offset = 0;
        foreach (SafetensorsTensor tensor in tensors)
        {
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", tensor.Type.Name());
            json.WriteStartArray("shape");
            foreach (int dimension in tensor.Shape) json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            offset += tensor.Bytes.Length;
            json.WriteNumberValue(offset);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
