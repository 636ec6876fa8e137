using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace RawFuse.Serialization;

/// <summary>
/// A safetensors file in memory: named tensors and free text. Source of the format: https://github.com/huggingface/safetensors.
/// The reader trusts no size it has not checked against the file's length, so a hostile file costs an exception and nothing else.
/// </summary>
public sealed class SafetensorsFile
{
    private readonly Dictionary<string, SafetensorsTensor> byName;

    private SafetensorsFile(string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        Path = path;
        Metadata = metadata;
        Tensors = tensors;
        byName = tensors.ToDictionary(tensor => tensor.Name);
    }

    /// <summary>Where the file was read from.</summary>
    public string Path { get; }

    /// <summary>The strings of <c>__metadata__</c>, in the file's order; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors, in the order of their data.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>Looks a tensor up by its name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out SafetensorsTensor? tensor) => byName.TryGetValue(name, out tensor);

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="FileFormatException">The file has none.</exception>
    public SafetensorsTensor Get(string name) =>
        TryGet(name, out SafetensorsTensor? tensor) ? tensor : throw new FileFormatException(Path, $"tensor '{name}' is missing");

    /// <summary>A copy of one of the file's floating-point tensors as float32, see <see cref="SafetensorsTensor.ToFloat32"/>.</summary>
    /// <exception cref="FileFormatException">The tensor has another type, or a value is not finite as float32.</exception>
    public float[] FiniteFloats(SafetensorsTensor tensor)
    {
        if (!tensor.IsFloat) throw new FileFormatException(Path, $"tensor '{tensor.Name}' has type {tensor.Type}; expected floats");
        float[] values = tensor.ToFloat32();
        int at = Array.FindIndex(values, value => !float.IsFinite(value));
        return at < 0 ? values : throw new FileFormatException(Path, $"tensor '{tensor.Name}' holds {values[at]} at element {at}; expected finite numbers");
    }

    /// <summary>Reads a whole file into memory, each tensor into its own array.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops between two tensors.</param>
    /// <exception cref="FileFormatException">The file is missing, unreadable or not a valid safetensors file, or a tensor exceeds 2 GB.</exception>
    public static SafetensorsFile Read(string path, CancellationToken cancellationToken = default) =>
        InputFile.Read(path, stream => Read(stream, path, cancellationToken));

    /// <summary>Writes tensors and metadata; the file appears complete or not at all, see <see cref="AtomicFile"/>.</summary>
    /// <param name="path">The file, replaced if it exists.</param>
    /// <param name="tensors">
    /// In the order their data shall have. The data section starts at a multiple of 8 bytes; who wants each tensor aligned puts wide types first.
    /// </param>
    /// <param name="metadata">Free strings, written in the dictionary's order.</param>
    /// <param name="cancellationToken">Stops between two tensors and leaves the target as it was.</param>
    /// <exception cref="ArgumentException">Two tensors share a name, a metadata string is not well-formed, or the header exceeds 100 MB.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path,
        IReadOnlyList<SafetensorsTensor> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var names = new HashSet<string>();
        foreach (SafetensorsTensor tensor in tensors)
            if (!names.Add(tensor.Name)) throw new ArgumentException($"two tensors are named '{tensor.Name}'", nameof(tensors));

        ReadOnlySpan<byte> header = SafetensorsHeader.Encode(tensors, metadata);
        using var file = new AtomicFile(path);
        file.Stream.Write(header);
        foreach (SafetensorsTensor tensor in tensors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            file.Stream.Write(tensor.Bytes.Span);
        }
        file.Commit();
    }

    private static SafetensorsFile Read(FileStream stream, string path, CancellationToken cancellationToken)
    {
        long length = stream.Length;
        if (length < SafetensorsHeader.PrefixBytes)
            throw new FileFormatException(path, $"has {length} bytes; a safetensors file begins with {SafetensorsHeader.PrefixBytes} bytes of header length");

        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixBytes];
        stream.ReadExactly(prefix);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long available = Math.Min(length - SafetensorsHeader.PrefixBytes, SafetensorsHeader.MaximumBytes);
        if (headerLength > (ulong)available)
            throw new FileFormatException(path, $"the safetensors header claims {headerLength} bytes; expected at most {available}");

        var headerBytes = new byte[headerLength];
        stream.ReadExactly(headerBytes);
        long dataLength = length - SafetensorsHeader.PrefixBytes - headerBytes.Length;
        SafetensorsHeader header = SafetensorsHeaderReader.Read(headerBytes, path, dataLength);

        // The entries cover the data without holes, in order: reading them one after another needs no seek.
        var tensors = new SafetensorsTensor[header.Entries.Count];
        for (int i = 0; i < tensors.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SafetensorsEntry entry = header.Entries[i];
            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)(entry.End - entry.Begin));
            stream.ReadExactly(bytes);
            tensors[i] = new SafetensorsTensor(entry.Name, entry.Type, entry.Shape, bytes);
        }
        return new SafetensorsFile(path, header.Metadata, tensors);
    }
}
