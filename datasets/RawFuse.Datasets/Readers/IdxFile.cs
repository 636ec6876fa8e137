using System.Buffers.Binary;

namespace RawFuse.Datasets;

/// <summary>
/// Reader of the idx files that MNIST and its relatives come as, plain or compressed (.gz): a magic number (0, 0, 8 for bytes, the number of dimensions), the
/// dimensions as big-endian 32-bit numbers, then the bytes. The format: https://yann.lecun.com/exdb/mnist.
/// </summary>
internal static class IdxFile
{
    /// <summary>Reads a file of bytes.</summary>
    /// <param name="dataSet">The data set as messages name it.</param>
    /// <param name="folder">The folder that holds it.</param>
    /// <param name="name">Its name without .gz; the plain file is taken where both are there.</param>
    /// <param name="size">The dimensions behind the first, which is the number of items.</param>
    /// <returns>The path and the bytes of all items.</returns>
    /// <exception cref="DatasetException">The file is missing, unreadable or malformed.</exception>
    public static (string Path, byte[] Items) Read(string dataSet, string folder, string name, params ReadOnlySpan<int> size)
    {
        int dimensions = 1 + size.Length, headerBytes = sizeof(int) * (1 + dimensions);
        string expected = $"an idx file of bytes with {dimensions} dimension{(dimensions == 1 ? "" : "s")}, plain or as {name}.gz";
        string path = Path.Combine(folder, name);
        byte[] file = !File.Exists(path) && File.Exists(path + ".gz")
            ? DatasetFile.ReadCompressed(dataSet, path += ".gz", expected)
            : DatasetFile.Read(dataSet, path, expected);
        if (file.Length < headerBytes || Number(0) != (0x800 | dimensions))
            throw new DatasetException($"{dataSet} file '{path}' does not begin with the magic number {0x800 | dimensions}; expected {expected}.");

        int itemBytes = 1;
        for (int i = 0; i < size.Length; i++)
        {
            if (Number(2 + i) != size[i])
                throw new DatasetException($"{dataSet} file '{path}' has {Number(2 + i)} in dimension {2 + i}; expected {size[i]}.");
            itemBytes *= size[i];
        }

        long items = Number(1);
        if (items == 0 || file.Length - headerBytes != items * itemBytes)
        {
            throw new DatasetException(
                $"{dataSet} file '{path}' names {items} items and has {file.Length - headerBytes} bytes of them; expected one item or more, of {itemBytes} bytes each.");
        }

        return (path, file[headerBytes..]);

        uint Number(int index) => BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(sizeof(int) * index));
    }
}
