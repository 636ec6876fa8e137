namespace RawFuse.Datasets;

/// <summary>
/// Reader of CIFAR-10 in its original binary version: data_batch_1.bin .. data_batch_5.bin and test_batch.bin, each a row of records of
/// one label byte and 3072 pixel bytes (1024 red, 1024 green, 1024 blue, row by row). The format: https://www.cs.toronto.edu/~kriz/cifar.html.
/// </summary>
public static class Cifar10
{
    private const int Side = 32, Plane = Side * Side, RecordBytes = 1 + Plane * ImageSet.Channels;

    /// <summary>The ten classes in label order.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Reads the five training files (50,000 images when complete), in file order.</summary>
    /// <param name="folder">The folder that holds the .bin files.</param>
    /// <exception cref="DatasetException">The folder or a file is missing, unreadable or malformed.</exception>
    public static ImageSet LoadTrain(string folder) => Load("cifar10-train", folder, [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")]);

    /// <summary>Reads the test file (10,000 images when complete).</summary>
    /// <param name="folder">The folder that holds the .bin files.</param>
    /// <exception cref="DatasetException">The folder or the file is missing, unreadable or malformed.</exception>
    public static ImageSet LoadTest(string folder) => Load("cifar10-test", folder, ["test_batch.bin"]);

    private static ImageSet Load(string name, string folder, string[] fileNames)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (!Directory.Exists(folder))
        {
            throw new DatasetException($"CIFAR-10 folder '{folder}' does not exist; expected a folder with {string.Join(", ", fileNames)}.");
        }

        byte[][] files = [.. fileNames.Select(file => ReadRecords(Path.Combine(folder, file)))];
        int count = files.Sum(file => file.Length / RecordBytes);
        var pixels = new byte[checked(count * Plane * ImageSet.Channels)];
        var labels = new int[count];
        int at = 0;
        foreach (byte[] file in files)
        {
            for (int start = 0; start < file.Length; start += RecordBytes, at++)
            {
                labels[at] = file[start];
                Interleave(file.AsSpan(start + 1, Plane * ImageSet.Channels), pixels.AsSpan(at * Plane * ImageSet.Channels));
            }
        }

        return new ImageSet(name, Side, Side, pixels, labels, ClassNames);
    }

    /// <summary>The bytes of one file, known to be whole records with labels 0..9.</summary>
    private static byte[] ReadRecords(string path)
    {
        if (!File.Exists(path))
        {
            throw new DatasetException($"CIFAR-10 file '{path}' does not exist; expected the binary version's {RecordBytes}-byte records.");
        }

        byte[] records;
        try
        {
            records = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"CIFAR-10 file '{path}' cannot be read: {error.Message}", error);
        }

        if (records.Length == 0 || records.Length % RecordBytes != 0)
        {
            throw new DatasetException(
                $"CIFAR-10 file '{path}' has {records.Length} bytes; expected one or more records of {RecordBytes} bytes (1 label, {RecordBytes - 1} pixels).");
        }

        for (int start = 0; start < records.Length; start += RecordBytes)
        {
            if (records[start] >= ClassNames.Count)
            {
                throw new DatasetException(
                    $"CIFAR-10 file '{path}' has label {records[start]} in record {start / RecordBytes} (counted from 0); expected 0..{ClassNames.Count - 1}.");
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
