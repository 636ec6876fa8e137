using RawFuse.Serialization;

namespace RawFuse.Tests.Serialization;

/// <summary>Files that are wrong, by accident or by intent: each is refused with one line that names the file, the tensor and the fault.</summary>
public sealed class SafetensorsHostileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A header, the number of data bytes behind it, and what the message must contain.</summary>
    public static TheoryData<string, int, string> Headers => new()
    {
        // Not the JSON the format asks for
        { "", 0, "does not begin with '{'" },
        { " {}", 0, "does not begin with '{'" },
        { "[]", 0, "does not begin with '{'" },
        { "{", 0, "JSON is invalid" },
        { "{}x", 0, "JSON is invalid" },
        { "{}{}", 0, "JSON is invalid" },
        { "{}\0\0", 0, "JSON is invalid" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},}""", 1, "JSON is invalid" },
        { """{"x":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}""", 1, "tensor 'x': the JSON is invalid" },
        { """{"x":nu""" + "\n" + """ll}""", 0, "tensor 'x': the JSON is invalid" },
        { """{"x\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "not valid Unicode" },

        // Nested junk
        { """{"x":1}""", 0, "tensor 'x': the entry is '1'; expected an object" },
        { """{"x":null}""", 0, "tensor 'x': the entry is 'null'; expected an object" },
        { """{"x":[[[[[]]]]]}""", 0, "tensor 'x': the entry is '['; expected an object" },
        { $$"""{"x":{{new string('[', 5000)}}""", 0, "tensor 'x': the entry is '['" },
        { """{"x":{"dtype":{"dtype":"U8"},"shape":[1],"data_offsets":[0,1]}}""", 1, "tensor 'x': dtype is '{'; expected a string" },
        { """{"x":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}}""", 1, "tensor 'x': a dimension is '['; expected an integer" },
        { """{"x":{"dtype":"U8","shape":{"0":1},"data_offsets":[0,1]}}""", 1, "tensor 'x': shape is '{'; expected an array" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":"0,1"}}""", 1, "tensor 'x': data_offsets is '0,1'; expected an array" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"extra":{}}}""", 1, "tensor 'x': unknown key 'extra'" },

        // Names and keys
        { """{"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "name is empty" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "key 'x' appears twice" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0078":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "key 'x' appears twice" },
        { """{"x":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "tensor 'x': key 'dtype' appears twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "key '__metadata__' appears twice" },
        { """{"__metadata__":{"a":"1","a":"2"}}""", 0, "key 'a' appears twice" },
        { """{"__metadata__":null}""", 0, "__metadata__ is 'null'; expected an object of strings" },
        { """{"__metadata__":["a"]}""", 0, "__metadata__ is '['; expected an object of strings" },
        { """{"__metadata__":{"a":1}}""", 0, "__metadata__ value 'a' is '1'; expected a string" },
        { """{"__metadata__":{"a":{"b":"c"}}}""", 0, "__metadata__ value 'a' is '{'; expected a string" },

        // Missing fields, unknown types
        { """{"x":{}}""", 0, "tensor 'x': dtype is missing" },
        { """{"x":{"shape":[1],"data_offsets":[0,1]}}""", 1, "tensor 'x': dtype is missing" },
        { """{"x":{"dtype":"U8","data_offsets":[0,1]}}""", 1, "tensor 'x': shape is missing" },
        { """{"x":{"dtype":"U8","shape":[1]}}""", 1, "tensor 'x': data_offsets is missing" },
        { """{"x":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}""", 1, "tensor 'x': dtype is 'F4'; expected one of F64, F32," },
        { """{"x":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'x': dtype is 'f32'" },
        { """{"x":{"dtype":"1","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'x': dtype is '1'" },

        // Numbers
        { """{"x":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "tensor 'x': a dimension is '-1'; expected an integer from 0" },
        { """{"x":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}""", 1, "tensor 'x': a dimension is '1.0'" },
        { """{"x":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}""", 1, "tensor 'x': a dimension is '1e0'" },
        { """{"x":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}""", 1, "tensor 'x': a dimension is '1'" },
        { """{"x":{"dtype":"U8","shape":[true],"data_offsets":[0,1]}}""", 1, "tensor 'x': a dimension is 'true'" },
        { """{"x":{"dtype":"I32","shape":[2,18446744073709551614],"data_offsets":[0,16]}}""", 16, "tensor 'x': a dimension is '18446744073709551614'" },
        { """{"x":{"dtype":"I32","shape":[2147483648,0],"data_offsets":[0,0]}}""", 0, "tensor 'x': a dimension is '2147483648'" },
        {
            """{"x":{"dtype":"F64","shape":[2147483647,2147483647,2],"data_offsets":[0,16]}}""",
            16, "tensor 'x': the size of shape [2147483647, 2147483647, 2] overflows"
        },
        { """{"x":{"dtype":"U8","shape":[65536,65536,65536,65536],"data_offsets":[0,0]}}""", 0, "overflows" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}""", 1, "tensor 'x': the first of data_offsets is '-1'" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,9223372036854775808]}}""", 1, "tensor 'x': the second of data_offsets is '9223372036854775808'" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[]}}""", 1, "tensor 'x': the first of data_offsets is ']'" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, "tensor 'x': the second of data_offsets is ']'" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "tensor 'x': what follows the second of data_offsets is '2'" },

        // Offsets against shapes and the data
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", 1, "tensor 'x': data_offsets [1, 0] end before they begin" },
        { """{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 1, "tensor 'x': data_offsets [0, 2] leave the data, which has 1 bytes" },
        { """{"x":{"dtype":"U8","shape":[0],"data_offsets":[9223372036854775807,9223372036854775807]}}""", 0, "leave the data" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "tensor 'x': data_offsets [0, 4] hold 4 bytes; F32 of shape [2] needs 8" },
        { """{"x":{"dtype":"F32","shape":[],"data_offsets":[0,0]}}""", 0, "hold 0 bytes; F32 of shape [] needs 4" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 2, "the tensors cover 1 bytes of data; the file has 2" },
        { "{}", 1, "the tensors cover 0 bytes of data; the file has 1" },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "tensor 'x' begins at 1 and leaves a hole" },
        {
            """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"y":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""",
            3, "tensor 'y' begins at 2 and leaves a hole"
        },
        {
            """{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""",
            3, "tensor 'y' begins at 1 and overlaps"
        },
        {
            """{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""",
            2, "tensor 'y' begins at 0 and overlaps"
        },
        {
            """{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}""",
            2, "tensor 'y' begins at 1 and overlaps"
        },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void AWrongHeaderIsRefused(string header, int dataBytes, string message) =>
        AssertRefused(SafetensorsBytes.Of(header, new byte[dataBytes]), message);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void AFileShorterThanTheHeaderLengthIsRefused(int length) => AssertRefused(new byte[length], $"has {length} bytes");

    [Theory]
    [InlineData(3ul)]
    [InlineData(100_000_001ul)]
    [InlineData(0x7fff_ffff_ffff_ffff)]
    [InlineData(0x8000_0000_0000_0000)]
    [InlineData(ulong.MaxValue)]
    public void AHeaderLengthBeyondTheFileIsRefused(ulong claimed) =>
        AssertRefused(SafetensorsBytes.Of("{}"u8, [], claimed), $"claims {claimed} bytes; expected at most 2");

    [Fact]
    public void AHeaderAboveTheFormatsLimitIsRefusedEvenIfTheFileHasIt()
    {
        string path = folder.File("huge", SafetensorsBytes.Of("{}"u8, [], 100_000_001));
        // A sparse file: it costs no disk.
        using (FileStream stream = File.OpenWrite(path)) stream.SetLength(200_000_000);
        Assert.Contains("expected at most 100000000", Assert.Throws<FileFormatException>(() => SafetensorsFile.Read(path)).Message);
    }

    [Fact]
    public void ATensorAboveTheArrayLimitIsRefusedWithoutReadingIt()
    {
        byte[] start = SafetensorsBytes.Of("""{"x":{"dtype":"U8","shape":[2,2000000000],"data_offsets":[0,4000000000]}}""", []);
        string path = folder.File("huge", start);
        using (FileStream stream = File.OpenWrite(path)) stream.SetLength(start.Length + 4_000_000_000);
        Assert.Contains("tensor 'x': has 4000000000 bytes", Assert.Throws<FileFormatException>(() => SafetensorsFile.Read(path)).Message);
    }

    [Fact]
    public void InvalidUtf8IsRefused()
    {
        AssertRefused(SafetensorsBytes.Of([(byte)'{', 0xff, (byte)'}'], []), "not valid UTF-8");
        AssertRefused(SafetensorsBytes.Of([.. "{\"x"u8, 0xc0, 0x80, .. "\":{}}"u8], []), "not valid UTF-8");
    }

    [Fact]
    public void EveryTruncationIsRefused()
    {
        byte[] valid = ValidFile();
        for (int length = 0; length < valid.Length; length++) AssertRefused(valid.AsSpan(0, length), "");
    }

    [Fact]
    public void AMissingFileAndAFolderAreNamed()
    {
        string missing = folder.File("missing.safetensors");
        Assert.StartsWith($"{missing}: cannot be read: ", Assert.Throws<FileFormatException>(() => SafetensorsFile.Read(missing)).Message);
        Assert.Equal($"{folder.Path}: cannot be read: it is a folder", Assert.Throws<FileFormatException>(() => SafetensorsFile.Read(folder.Path)).Message);
    }

    [Fact]
    public void AHostileNameCannotBreakTheMessage()
    {
        string name = "\\n\\u001b[31m\\u2028" + new string('n', 100_000);
        AssertRefused(SafetensorsBytes.Of("{\"" + name + "\":{}}", []), "...': dtype is missing");
    }

    [Fact]
    public void MutatedFilesAreReadOrRefusedButNeverCrash()
    {
        byte[] valid = ValidFile();
        int refused = Mutations.CountRefused(valid, interesting: valid.Length, count: 4000, path => SafetensorsFile.Read(path));
        // Most damage must be noticed; only the data, the names and the metadata can change unnoticed.
        Assert.InRange(refused, 2000, 3999);
    }

    private static byte[] ValidFile() => SafetensorsBytes.Of(
        """{"__metadata__":{"kind":"base"},"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"I8","shape":[3],"data_offsets":[16,19]}}   """,
        new byte[19]);

    private void AssertRefused(ReadOnlySpan<byte> content, string message)
    {
        string path = folder.File("hostile.safetensors", content);
        var e = Assert.Throws<FileFormatException>(() => SafetensorsFile.Read(path));
        Assert.StartsWith($"{path}: ", e.Message);
        Assert.Contains(message, e.Message);
        Assert.DoesNotContain(e.Message, char.IsControl);
        Assert.InRange(e.Message.Length, 1, 1100);
        Assert.Equal(path, e.Path);
    }
}
