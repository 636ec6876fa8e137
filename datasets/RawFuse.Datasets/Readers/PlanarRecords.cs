namespace RawFuse.Datasets;

/// <summary>
/// Files of records of one or more label bytes and 3072 pixel bytes (32x32: 1024 red, 1024 green, 1024 blue, row by row), as in the binary versions of CIFAR.
/// </summary>
/// <param name="dataSet">The data set as messages name it.</param>
/// <param name="labels">The label bytes of a record, in their order.</param>
internal sealed class PlanarRecords(string dataSet, params LabelByte[] labels)
{
    private const int Side = 32, Plane = Side * Side, PixelBytes = Plane * ImageSet.Channels;

    private readonly int recordBytes = labels.Length + PixelBytes;

    /// <summary>Reads files, one behind the other.</summary>
    /// <param name="name">What the set is called in reports.</param>
    /// <param name="folder">The folder that holds them.</param>
    /// <param name="fileNames">Their names.</param>
    /// <param name="label">Which of the label bytes is the image's class.</param>
    /// <exception cref="DatasetException">The folder or a file is missing, unreadable or malformed, or there are too many images.</exception>
    public ImageSet Load(string name, string folder, string[] fileNames, int label = 0)
    {
        DatasetFile.RequireFolder(dataSet, folder, $"a folder with {string.Join(", ", fileNames)}");
        byte[][] files = [.. fileNames.Select(file => ReadRecords(Path.Combine(folder, file)))];
        int count = files.Sum(file => file.Length / recordBytes);
        byte[] pixels = PixelArray.Allocate(dataSet, count, Side);
        var classes = new int[count];
        int at = 0;
        foreach (byte[] file in files)
        {
            for (int start = 0; start < file.Length; start += recordBytes, at++)
            {
                classes[at] = file[start + label];
                Interleave(file.AsSpan(start + labels.Length, PixelBytes), pixels.AsSpan(at * PixelBytes));
            }
        }

        return new ImageSet(name, Side, Side, pixels, classes, labels[label].Classes);
    }

    /// <summary>The bytes of one file, known to be whole records with labels of their classes.</summary>
    private byte[] ReadRecords(string path)
    {
        byte[] records = DatasetFile.Read(dataSet, path, $"the binary version's {recordBytes}-byte records");
        if (records.Length == 0 || records.Length % recordBytes != 0)
        {
            string labelBytes = labels.Length == 1 ? "1 label" : $"{labels.Length} labels";
            throw new DatasetException(
                $"{dataSet} file '{path}' has {records.Length} bytes; expected one or more records of {recordBytes} bytes ({labelBytes}, {PixelBytes} pixels).");
        }

        for (int start = 0; start < records.Length; start += recordBytes)
        {
            for (int i = 0; i < labels.Length; i++)
            {
                if (records[start + i] < labels[i].Classes.Count) continue;
                throw new DatasetException(
                    $"{dataSet} file '{path}' has {labels[i].Name} {records[start + i]} in record {start / recordBytes} (counted from 0); "
                    + $"expected 0..{labels[i].Classes.Count - 1}.");
            }
        }

        return records;
    }

    /// <summary>Three planes to R G B triples.</summary>
    private static void Interleave(ReadOnlySpan<byte> planes, Span<byte> pixels)
    {
        for (int i = 0; i < Plane; i++)
        {
            pixels[3 * i] = planes[i];
            pixels[3 * i + 1] = planes[Plane + i];
            pixels[3 * i + 2] = planes[2 * Plane + i];
        }
    }
}
