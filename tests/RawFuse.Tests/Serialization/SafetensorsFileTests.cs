using System.Runtime.InteropServices;
using System.Text;
using RawFuse.Serialization;

namespace RawFuse.Tests.Serialization;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<SafetensorsType, int> TypesAndSizes => new()
    {
        { SafetensorsType.F64, 8 }, { SafetensorsType.F32, 4 }, { SafetensorsType.F16, 2 }, { SafetensorsType.BF16, 2 }, { SafetensorsType.I64, 8 },
        { SafetensorsType.I32, 4 }, { SafetensorsType.I16, 2 }, { SafetensorsType.I8, 1 }, { SafetensorsType.U8, 1 }, { SafetensorsType.Bool, 1 },
        { SafetensorsType.U64, 8 }, { SafetensorsType.U32, 4 }, { SafetensorsType.U16, 2 }, { SafetensorsType.F8E4M3, 1 }, { SafetensorsType.F8E5M2, 1 },
    };

    private string Target => folder.File("model.safetensors");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(TypesAndSizes))]
    public void EveryTypeAndShapeComesBackByteForByte(SafetensorsType type, int size)
    {
        int[][] shapes = [[], [1], [7], [2, 3], [0], [3, 0, 5], [1, 1, 1, 1, 1, 1, 1, 1, 2], [64, 3, 3, 3]];
        var random = new Random(1);
        SafetensorsTensor[] written = [.. shapes.Select((shape, i) =>
        {
            var bytes = new byte[size * shape.Aggregate(1, (product, dimension) => product * dimension)];
            random.NextBytes(bytes);
            return new SafetensorsTensor($"tensor.{i}", type, shape, bytes);
        })];

        SafetensorsFile.Write(Target, written);
        SafetensorsFile read = SafetensorsFile.Read(Target);

        Assert.Equal(shapes.Length, read.Tensors.Count);
        foreach ((SafetensorsTensor expected, SafetensorsTensor actual) in written.Zip(read.Tensors))
        {
            Assert.Equal(expected.Name, actual.Name);
            Assert.Equal(type, actual.Type);
            Assert.Equal(expected.Shape, actual.Shape);
            Assert.Equal(expected.Bytes.Span, actual.Bytes.Span);
            Assert.Equal(actual.Bytes.Length / size, actual.ElementCount);
        }
        Assert.Equal(["model.safetensors"], folder.Names);
    }

    /// <summary>
    /// Source: test_serialization, test_serialization_forced_alignement and test_empty in safetensors/src/tensor.rs of huggingface/safetensors.
    /// </summary>
    [Theory]
    [InlineData("attn.0", new[] { 1, 2, 3 }, null, "{\"attn.0\":{\"dtype\":\"F32\",\"shape\":[1,2,3],\"data_offsets\":[0,24]}}", 64)]
    [InlineData("attn0", new[] { 1, 1, 2, 3 }, null, "{\"attn0\":{\"dtype\":\"F32\",\"shape\":[1,1,2,3],\"data_offsets\":[0,24]}}       ", 72)]
    [InlineData(null, null, null, "{}      ", 8)]
    [InlineData(null, null, "pt", "{\"__metadata__\":{\"framework\":\"pt\"}}     ", 40)]
    public void WritesTheReferenceImplementationsBytes(string? name, int[]? shape, string? framework, string header, byte headerLength)
    {
        SafetensorsTensor[] tensors = name is null ? [] : [SafetensorsTensor.FromFloat32(name, shape, [0, 1, 2, 3, 4, 5])];
        SafetensorsFile.Write(Target, tensors, framework is null ? null : new Dictionary<string, string> { ["framework"] = framework });

        byte[] data = [0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64, 0, 0, 160, 64];
        byte[] expected = [headerLength, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(header), .. name is null ? [] : data];
        Assert.Equal(expected, File.ReadAllBytes(Target));
    }

    /// <summary>Source: test_whitespace_padded_header in the same file.</summary>
    [Fact]
    public void ReadsAHeaderPaddedWithAnyJsonWhiteSpace()
    {
        File.WriteAllBytes(Target, [6, 0, 0, 0, 0, 0, 0, 0, .. "{}\r \t\n"u8]);
        Assert.Empty(SafetensorsFile.Read(Target).Tensors);
    }

    [Fact]
    public void TensorsAreOrderedByTheirDataWhateverTheHeadersOrder()
    {
        const string header = """
            {"b":{"data_offsets":[1,3],"shape":[2],"dtype":"I8"}, "__metadata__":{}, "empty":{"dtype":"U8","shape":[0],"data_offsets":[1,1]},
             "a":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]}}
            """;
        SafetensorsFile file = SafetensorsFile.Read(folder.File("t", SafetensorsBytes.Of(header, [1, 0x80, 0x7f])));
        Assert.Equal(["a", "empty", "b"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([(sbyte)-128, (sbyte)127], file.Get("b").AsInt8());
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void NamesAndMetadataKeepTheirTextAndOrder()
    {
        var metadata = new OrderedDictionary<string, string> { ["z"] = "", ["a"] = "line\nbreak \"quoted\" \\ <+>&' é 日本 😀", ["dtype"] = "x" };
        SafetensorsTensor[] tensors = [new("z", SafetensorsType.U8, [1], new byte[] { 1 }), new("é\n😀\"", SafetensorsType.U8, [1], new byte[] { 2 })];
        SafetensorsFile.Write(Target, tensors, metadata);

        SafetensorsFile read = SafetensorsFile.Read(Target);
        Assert.Equal(metadata, read.Metadata);
        Assert.Equal(tensors.Select(tensor => tensor.Name), read.Tensors.Select(tensor => tensor.Name));
        Assert.True(read.TryGet("é\n😀\"", out SafetensorsTensor? found));
        Assert.Equal([2], found.Bytes.ToArray());
        Assert.False(read.TryGet("absent", out _));
        Assert.Equal($"{Target}: tensor 'absent' is missing", Assert.Throws<FileFormatException>(() => read.Get("absent")).Message);
    }

    [Fact]
    public void TypedViewsShowTheValuesAndRefuseOtherTypes()
    {
        float[] floats = [-0f, 1.5f, float.NaN, float.NegativeInfinity, float.Epsilon];
        SafetensorsTensor f32 = SafetensorsTensor.FromFloat32("f", [5], floats);
        Assert.Equal(MemoryMarshal.Cast<float, int>(floats), MemoryMarshal.Cast<float, int>(f32.AsFloat32()));
        Assert.Equal(floats, f32.ToFloat32());
        SafetensorsTensor i64 = SafetensorsTensor.FromInt64("n", [], [long.MinValue + 1]);
        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 0x80], i64.Bytes.ToArray());
        Assert.Equal([long.MinValue + 1], i64.AsInt64());
        SafetensorsTensor i8 = SafetensorsTensor.FromInt8("w", [1, 2], [-128, 127]);
        Assert.Equal([(sbyte)-128, (sbyte)127], i8.AsInt8());

        Assert.Equal("tensor 'w' is I8; expected F32", Assert.Throws<InvalidOperationException>(() => i8.AsFloat32().Length).Message);
        Assert.Throws<InvalidOperationException>(() => f32.AsInt8().Length);
        Assert.Throws<InvalidOperationException>(() => f32.AsInt64().Length);
        Assert.Throws<InvalidOperationException>(i8.ToFloat32);
    }

    /// <summary>Bit patterns from the definitions of the formats (IEEE 754; bfloat16 is the upper half of binary32).</summary>
    [Fact]
    public void FloatingPointTypesConvertToFloat32()
    {
        ushort[] halves = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00, 0x8000];
        Assert.Equal([1f, -2f, 65504f, 5.9604645e-8f, float.PositiveInfinity, -0f], Tensor(SafetensorsType.F16, halves).ToFloat32());
        ushort[] brain = [0x3f80, 0xc000, 0x7f7f, 0x0001, 0xff80, 0x4049];
        Assert.Equal([1f, -2f, 3.3895314e38f, 9.1835e-41f, float.NegativeInfinity, 3.140625f], Tensor(SafetensorsType.BF16, brain).ToFloat32());
        double[] doubles = [1.5, 0.1, 1e300, -1e-300];
        Assert.Equal([1.5f, 0.1f, float.PositiveInfinity, -0f], Tensor(SafetensorsType.F64, doubles).ToFloat32());

        static SafetensorsTensor Tensor<T>(SafetensorsType type, T[] values) where T : unmanaged =>
            new("x", type, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    [Fact]
    public void InvalidTensorsAreRefusedBeforeAnythingIsWritten()
    {
        Assert.ThrowsAny<ArgumentException>(() => new SafetensorsTensor("", SafetensorsType.U8, [1], new byte[1]));
        Assert.Throws<ArgumentException>(() => new SafetensorsTensor("__metadata__", SafetensorsType.U8, [1], new byte[1]));
        Assert.Throws<ArgumentException>(() => new SafetensorsTensor("\ud800", SafetensorsType.U8, [1], new byte[1]));
        Assert.Throws<ArgumentException>(() => new SafetensorsTensor("x", SafetensorsType.F32, [2], new byte[7]));
        Assert.Throws<ArgumentException>(() => new SafetensorsTensor("x", SafetensorsType.U8, [-1, -1], new byte[1]));
        Assert.Throws<ArgumentException>(() => new SafetensorsTensor("x", SafetensorsType.U8, [1 << 30, 1 << 30, 1 << 30], new byte[0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SafetensorsTensor("x", (SafetensorsType)99, [1], new byte[1]));
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.FromFloat32("x", [2], [1f]));

        var twin = new SafetensorsTensor("x", SafetensorsType.U8, [1], new byte[1]);
        File.WriteAllText(Target, "old");
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(Target, [twin, twin]));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(Target, [twin], new Dictionary<string, string> { ["key"] = "\udc00" }));
        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Equal(["model.safetensors"], folder.Names);
    }

    [Fact]
    public void CancellationLeavesTheOldFile()
    {
        var tensor = new SafetensorsTensor("x", SafetensorsType.U8, [1], new byte[1]);
        File.WriteAllText(Target, "old");
        Assert.Throws<OperationCanceledException>(() => SafetensorsFile.Write(Target, [tensor], null, new CancellationToken(canceled: true)));
        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Equal(["model.safetensors"], folder.Names);
        SafetensorsFile.Write(Target, [tensor]);
        Assert.Throws<OperationCanceledException>(() => SafetensorsFile.Read(Target, new CancellationToken(canceled: true)));
    }
}
