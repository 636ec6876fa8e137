using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace RawFuse.Serialization;

/// <summary>
/// NumPy's .npy files: one array each. Versions 1.0 to 3.0 are read, 1.0 is written. Source of the format:
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
/// </summary>
public static class NpyFile
{
    // The magic and the two version bytes.
    private const int PreambleBytes = 8;

    // NumPy's own limit when it reads. Only structured arrays, which are refused here, have longer headers.
    private const int MaximumHeaderBytes = 10_000;

    // NumPy 2's limit; NumPy 1 has 32.
    private const int MaximumRank = 64;

    // Where the data starts in a written file, for readers that map it into memory.
    private const int Alignment = 64;

    // Elements copied at once: bounds the buffer and keeps byte counts within int.
    private const int ChunkElements = 16 * 1024;

    private static readonly (string Descr, int Bytes, Action<ReadOnlySpan<byte>, Span<float>> Convert)[] Types =
    [
        ("<f4", 4, Convert<float>), ("<f8", 8, Convert<double>), ("|u1", 1, Convert<byte>), ("|i1", 1, Convert<sbyte>),
        ("<i4", 4, Convert<int>), ("<i8", 8, Convert<long>),
    ];

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>
    /// Reads an array of &lt;f4, &lt;f8, |u1, |i1, &lt;i4 or &lt;i8 as float32; values that float32 does not have are rounded to nearest, and
    /// doubles beyond its range become infinities.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops between two pieces of the data.</param>
    /// <exception cref="FileFormatException">
    /// The file is missing, unreadable, not a valid .npy file, of another type, or in Fortran order with two dimensions or more.
    /// </exception>
    public static NpyArray Read(string path, CancellationToken cancellationToken = default) =>
        InputFile.Read(path, stream => Read(stream, path, cancellationToken));

    /// <summary>Writes a float32 array; the file appears complete or not at all, see <see cref="AtomicFile"/>.</summary>
    /// <param name="path">The file, replaced if it exists.</param>
    /// <param name="shape">At most 64 dimensions, none for a scalar.</param>
    /// <param name="data">The elements in C order.</param>
    /// <param name="cancellationToken">Stops between two pieces of the data and leaves the target as it was.</param>
    /// <exception cref="ArgumentException">The shape does not have as many elements as the data, or too many dimensions.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<int> shape, ReadOnlySpan<float> data, CancellationToken cancellationToken = default)
    {
        if (shape.Length > MaximumRank) throw new ArgumentException($"{shape.Length} dimensions; NumPy allows {MaximumRank}", nameof(shape));
        if (!ShapeSize.TryBytes(shape, elementSize: 1, out long elements) || elements != data.Length)
            throw new ArgumentException($"shape {ShapeSize.Text(shape)} does not fit {data.Length} values", nameof(shape));

        using var file = new AtomicFile(path);
        file.Stream.Write(EncodeHeader(shape));
        for (ReadOnlySpan<float> rest = data; rest.Length > 0; rest = rest[Math.Min(ChunkElements, rest.Length)..])
        {
            cancellationToken.ThrowIfCancellationRequested();
            file.Stream.Write(LittleEndian.Bytes(rest[..Math.Min(ChunkElements, rest.Length)]));
        }
        file.Commit();
    }

    private static byte[] EncodeHeader(ReadOnlySpan<int> shape)
    {
        string dimensions = string.Join(", ", shape.ToArray());
        string tuple = shape.Length == 1 ? $"({dimensions},)" : $"({dimensions})";
        string dictionary = $"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple}, }}";

        const int lengthBytes = sizeof(ushort);
        int unpadded = PreambleBytes + lengthBytes + dictionary.Length + 1;
        var header = new byte[(unpadded + Alignment - 1) / Alignment * Alignment];
        header.AsSpan().Fill((byte)' ');
        Magic.CopyTo(header);
        (header[6], header[7]) = (1, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(PreambleBytes), (ushort)(header.Length - PreambleBytes - lengthBytes));
        Encoding.ASCII.GetBytes(dictionary, header.AsSpan(PreambleBytes + lengthBytes));
        header[^1] = (byte)'\n';
        return header;
    }

    private static NpyArray Read(FileStream stream, string path, CancellationToken cancellationToken)
    {
        long length = stream.Length;
        (string descr, bool fortranOrder, int[] shape) = NpyHeaderReader.Read(ReadHeaderText(stream, length, path), path);
        int type = Array.FindIndex(Types, candidate => candidate.Descr == descr);
        if (type < 0) throw new FileFormatException(path, $"npy type '{descr}'; expected one of {string.Join(", ", Types.Select(known => known.Descr))}");
        if (fortranOrder && shape.Length > 1)
            throw new FileFormatException(path, "npy array in Fortran order; expected C order (numpy.ascontiguousarray gives it)");

        (_, int elementBytes, Action<ReadOnlySpan<byte>, Span<float>> convert) = Types[type];
        long available = length - stream.Position;
        if (!ShapeSize.TryBytes(shape, elementBytes, out long expected))
            throw new FileFormatException(path, $"the size of npy shape {ShapeSize.Text(shape)} overflows");
        if (expected != available)
            throw new FileFormatException(path, $"holds {available} bytes of npy data; {descr} of shape {ShapeSize.Text(shape)} needs {expected}");
        long elements = expected / elementBytes;
        if (elements > Array.MaxLength) throw new FileFormatException(path, $"npy array of {elements} elements; at most {Array.MaxLength} can be read");

        var data = new float[elements];
        var buffer = new byte[Math.Min(expected, ChunkElements * elementBytes)];
        for (Span<float> rest = data; rest.Length > 0; rest = rest[Math.Min(ChunkElements, rest.Length)..])
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<float> chunk = rest[..Math.Min(ChunkElements, rest.Length)];
            Span<byte> bytes = buffer.AsSpan(0, chunk.Length * elementBytes);
            stream.ReadExactly(bytes);
            convert(bytes, chunk);
        }
        return new NpyArray(descr, shape, data);
    }

    private static byte[] ReadHeaderText(FileStream stream, long length, string path)
    {
        Span<byte> start = stackalloc byte[PreambleBytes];
        if (length < start.Length)
            throw new FileFormatException(path, $"has {length} bytes; a .npy file begins with {start.Length} bytes of magic and version");
        stream.ReadExactly(start);
        if (!start.StartsWith(Magic)) throw new FileFormatException(path, "does not begin with the .npy magic \\x93NUMPY");
        (byte major, byte minor) = (start[^2], start[^1]);
        if (major is < 1 or > 3 || minor != 0) throw new FileFormatException(path, $"npy version {major}.{minor}; expected 1.0, 2.0 or 3.0");

        // Version 1.0 has 16 bits of header length, the later ones 32.
        Span<byte> headerLength = stackalloc byte[sizeof(uint)];
        headerLength.Clear();
        int lengthBytes = major == 1 ? sizeof(ushort) : sizeof(uint);
        if (length - stream.Position < lengthBytes) throw new FileFormatException(path, "ends within the npy header length");
        stream.ReadExactly(headerLength[..lengthBytes]);
        uint claimed = BinaryPrimitives.ReadUInt32LittleEndian(headerLength);
        long available = Math.Min(length - stream.Position, MaximumHeaderBytes);
        if (claimed > available) throw new FileFormatException(path, $"the npy header claims {claimed} bytes; expected at most {available}");

        var text = new byte[claimed];
        stream.ReadExactly(text);
        return text;
    }

    private static void Convert<T>(ReadOnlySpan<byte> bytes, Span<float> values) where T : unmanaged, INumberBase<T>
    {
        ReadOnlySpan<T> source = LittleEndian.Values<T>(bytes);
        for (int i = 0; i < values.Length; i++) values[i] = float.CreateTruncating(source[i]);
    }
}
