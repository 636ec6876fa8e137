using System.Runtime.InteropServices;
using System.Text;
using RawFuse.Serialization;

namespace RawFuse.Tests.Serialization;

/// <summary>Expected bytes follow the format's description in numpy.lib.format; no file here was made by NumPy.</summary>
public sealed class NpyFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 1 })]
    [InlineData(new[] { 5 })]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 2, 0, 3 })]
    [InlineData(new[] { 2, 3, 4, 5 })]
    [InlineData(new[] { 16384 })]
    [InlineData(new[] { 3, 16385 })]
    public void AnArrayComesBackBitForBit(int[] shape)
    {
        var data = new float[shape.Aggregate(1, (product, dimension) => product * dimension)];
        new Random(2).NextBytes(MemoryMarshal.AsBytes(data.AsSpan()));
        string path = folder.File("x.npy");
        NpyFile.Write(path, shape, data);

        NpyArray read = NpyFile.Read(path);
        Assert.Equal(shape, read.Shape);
        Assert.Equal(MemoryMarshal.AsBytes(data.AsSpan()), MemoryMarshal.AsBytes(read.Data.AsSpan()));
        Assert.Equal(["x.npy"], folder.Names);
    }

    [Theory]
    [InlineData(new int[0], "()")]
    [InlineData(new[] { 3 }, "(3,)")]
    [InlineData(new[] { 1, 3 }, "(1, 3)")]
    public void WritesTheFormatsBytes(int[] shape, string tuple)
    {
        float[] data = shape.Length == 0 ? [1f] : [1f, -2f, 0.5f];
        string path = folder.File("x.npy");
        NpyFile.Write(path, shape, data);

        // 128 is the multiple of 64 that magic (6), version (2), length (2), dictionary and newline fit in.
        string dictionary = $"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple}, }}".PadRight(117) + "\n";
        byte[] values = shape.Length == 0 ? [0, 0, 128, 63] : [0, 0, 128, 63, 0, 0, 0, 192, 0, 0, 0, 63];
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(dictionary), .. values], File.ReadAllBytes(path));
    }

    [Fact]
    public void TheDataStaysAlignedForLongHeaders()
    {
        int[] shape = [.. Enumerable.Repeat(1, 63), 2];
        string path = folder.File("x.npy");
        NpyFile.Write(path, shape, [1f, 2f]);
        Assert.Equal(0, (new FileInfo(path).Length - 8) % 64);
        Assert.Equal(shape, NpyFile.Read(path).Shape);
    }

    public static TheoryData<string, byte[], float[]> Types => new()
    {
        { "<f4", [0, 0, 0xc0, 0x7f, 0, 0, 0x20, 0xc1], [float.NaN, -10f] },
        { "<f8", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f], [1.5f, 0.1f] },
        { "|u1", [0, 255], [0f, 255f] },
        { "|i1", [128, 127], [-128f, 127f] },
        { "<i4", [0, 0, 0, 128, 1, 0, 0, 1], [-2147483648f, 16777216f] },
        { "<i8", [0, 0, 0, 0, 0, 0, 0, 128, 5, 0, 0, 0, 0, 0, 0, 0], [-9223372036854775808f, 5f] },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void EveryTypeIsReadInEveryVersion(string descr, byte[] data, float[] expected)
    {
        for (byte version = 1; version <= 3; version++)
        {
            string path = folder.File("x.npy", NpyBytes.Of($"{{'descr': '{descr}', 'fortran_order': False, 'shape': (2,), }}", data, version));
            NpyArray read = NpyFile.Read(path);
            Assert.Equal([2], read.Shape);
            Assert.Equal(expected, read.Data);
        }
    }

    [Theory]
    [InlineData("{'shape': (2, 1), 'descr': '|u1', 'fortran_order': False}", new[] { 2, 1 })]
    [InlineData("{\"descr\":\"|u1\",\"fortran_order\":False,\"shape\":(1,2,),}\n", new[] { 1, 2 })]
    [InlineData("  { 'descr' : '|u1' , 'fortran_order' : True , 'shape' : ( 2 , ) , } ", new[] { 2 })]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (002, 1)}", new[] { 2, 1 })]
    public void ReadsTheDictionaryHoweverItIsWritten(string header, int[] shape)
    {
        NpyArray read = NpyFile.Read(folder.File("x.npy", NpyBytes.Of(header, [7, 8])));
        Assert.Equal(shape, read.Shape);
        Assert.Equal([7f, 8f], read.Data);
    }

    [Fact]
    public void WrongArgumentsAndCancellationLeaveTheOldFile()
    {
        string path = folder.File("x.npy", "old"u8);
        Assert.Throws<ArgumentException>(() => NpyFile.Write(path, [2], [1f]));
        Assert.Throws<ArgumentException>(() => NpyFile.Write(path, [-1, -1], [1f]));
        Assert.Throws<ArgumentException>(() => NpyFile.Write(path, [.. Enumerable.Repeat(1, 65)], [1f]));
        Assert.Throws<OperationCanceledException>(() => NpyFile.Write(path, [1], [1f], new CancellationToken(canceled: true)));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["x.npy"], folder.Names);
    }
}
