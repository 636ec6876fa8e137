using RawFuse.Serialization;

namespace RawFuse.Tests.Serialization;

/// <summary>.npy files that are wrong or not supported: each is refused with one line that names the file and the fault.</summary>
public sealed class NpyHostileTests : IDisposable
{
    private const string Valid = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A header, the number of data bytes behind it, and what the message must contain.</summary>
    public static TheoryData<string, int, string> Headers => new()
    {
        // Not the dictionary the format asks for
        { "", 0, "at byte 0 it ends; expected '{'" },
        { "[]", 0, "at byte 0 found '['; expected '{'" },
        { "{", 0, "at byte 1 it ends; expected" },
        { "{}", 0, "descr is missing" },
        { "{'descr': '<f4'}", 0, "fortran_order is missing" },
        { "{'descr': '<f4', 'fortran_order': False}", 0, "shape is missing" },
        { "{'descr: 1", 0, "a string does not end" },
        { "{'descr' '<f4'}", 0, "expected ':'" },
        { "{'descr': '<f4' 'fortran_order': False}", 0, "expected '}'" },
        { "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (0,)}", 0, "key 'descr' is unknown or appears twice" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (0,), 'extra': 1}", 0, "key 'extra' is unknown" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)} x", 0, "found 'x'; expected the header's end" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}\0", 0, "expected the header's end" },
        { "{'descr': '<f4', 'fortran_order': 0, 'shape': (0,)}", 0, "expected True or False" },
        { "{'descr': '<f4', 'fortran_order': false, 'shape': (0,)}", 0, "expected True or False" },
        { "{'descr': __import__('os'), 'fortran_order': False, 'shape': (0,)}", 0, "found '_'; expected" },

        // Types and order
        { "{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", 4, "npy type '>f4'; expected one of <f4, <f8, |u1, |i1, <i4, <i8" },
        { "{'descr': '<f2', 'fortran_order': False, 'shape': (1,)}", 2, "npy type '<f2'" },
        { "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 8, "npy type '|O'" },
        { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4, "found '['" },
        { "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2)}", 16, "Fortran order" },

        // Shapes
        { "{'descr': '<f4', 'fortran_order': False, 'shape': 3}", 12, "found '3'; expected '('" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': [3]}", 12, "found '['; expected '('" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3)}", 12, "shape (3) is a number; expected a tuple" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}", 4, "found ','; expected a dimension" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}", 8, "found '2'; expected ',' or ')'" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2", 8, "it ends" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 4, "found '-'; expected a dimension from 0" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,)}", 4, "found '.'" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3L,)}", 12, "found 'L'" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483648,)}", 4, "a dimension exceeds 2147483647" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999999,)}", 4, "a dimension exceeds 2147483647" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647, 2147483647)}", 4, "overflows" },
        { "{'descr': '|u1', 'fortran_order': False, 'shape': (65536, 65536, 65536, 65536)}", 0, "overflows" },

        // The data
        { Valid, 0, "holds 0 bytes of npy data; <f4 of shape [2, 2] needs 16" },
        { Valid, 15, "holds 15 bytes" },
        { Valid, 17, "holds 17 bytes" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': ()}", 0, "<f4 of shape [] needs 4" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void AWrongHeaderIsRefused(string header, int dataBytes, string message) => AssertRefused(NpyBytes.Of(header, new byte[dataBytes]), message);

    [Fact]
    public void AWrongStartIsRefused()
    {
        AssertRefused([], "has 0 bytes");
        AssertRefused("PK\u0003\u0004    "u8, "does not begin with the .npy magic");
        AssertRefused(NpyBytes.Of(Valid, new byte[16], version: 0), "npy version 0.0");
        AssertRefused(NpyBytes.Of(Valid, new byte[16], version: 4), "npy version 4.0");
        AssertRefused([0x93, .. "NUMPY"u8, 1, 1, 0, 0], "npy version 1.1");
        AssertRefused([0x93, .. "NUMPY"u8, 2, 0, 0, 0, 0], "ends within the npy header length");
    }

    [Theory]
    [InlineData(1, 65535u)]
    [InlineData(2, 76u)]
    [InlineData(2, 0x8000_0000u)]
    [InlineData(3, uint.MaxValue)]
    public void AHeaderLengthBeyondTheFileIsRefused(byte version, uint claimed) =>
        AssertRefused(NpyBytes.Of(Valid, new byte[15], version, claimed), $"claims {claimed} bytes; expected at most {Valid.Length + 15}");

    [Fact]
    public void AHeaderAboveNumPysLimitIsRefused() =>
        AssertRefused(NpyBytes.Of(Valid.PadRight(10_001), new byte[16], version: 2), "claims 10001 bytes; expected at most 10000");

    [Fact]
    public void EveryTruncationIsRefused()
    {
        byte[] valid = NpyBytes.Of(Valid, new byte[16]);
        for (int length = 0; length < valid.Length; length++) AssertRefused(valid.AsSpan(0, length), "");
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        string missing = folder.File("missing.npy");
        Assert.StartsWith($"{missing}: cannot be read: ", Assert.Throws<FileFormatException>(() => NpyFile.Read(missing)).Message);
    }

    [Fact]
    public void MutatedFilesAreReadOrRefusedButNeverCrash()
    {
        byte[] valid = NpyBytes.Of(Valid, new byte[16]);
        int refused = Mutations.CountRefused(valid, interesting: valid.Length, count: 4000, path => NpyFile.Read(path));
        // Most damage must be noticed; only the data and white space can change unnoticed.
        Assert.InRange(refused, 2000, 3999);
    }

    private void AssertRefused(ReadOnlySpan<byte> content, string message)
    {
        string path = folder.File("hostile.npy", content);
        var e = Assert.Throws<FileFormatException>(() => NpyFile.Read(path));
        Assert.StartsWith($"{path}: ", e.Message);
        Assert.Contains(message, e.Message);
        Assert.DoesNotContain(e.Message, char.IsControl);
    }
}
