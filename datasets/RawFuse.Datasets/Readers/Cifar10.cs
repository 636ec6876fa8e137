namespace RawFuse.Datasets;

/// <summary>
/// Reader of CIFAR-10 in its original binary version: data_batch_1.bin .. data_batch_5.bin and test_batch.bin, each a row of records of
/// one label byte and 3072 pixel bytes (1024 red, 1024 green, 1024 blue, row by row). The format: https://www.cs.toronto.edu/~kriz/cifar.html.
/// </summary>
public static class Cifar10
{
    /// <summary>The ten classes in label order.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    private static readonly PlanarRecords Records = new("CIFAR-10", new LabelByte("label", ClassNames));

    /// <summary>Reads the five training files (50,000 images when complete), in file order.</summary>
    /// <param name="folder">The folder that holds the .bin files.</param>
    /// <exception cref="DatasetException">The folder or a file is missing, unreadable or malformed.</exception>
    public static ImageSet LoadTrain(string folder) => Records.Load("cifar10-train", folder, [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")]);

    /// <summary>Reads the test file (10,000 images when complete).</summary>
    /// <param name="folder">The folder that holds the .bin files.</param>
    /// <exception cref="DatasetException">The folder or the file is missing, unreadable or malformed.</exception>
    public static ImageSet LoadTest(string folder) => Records.Load("cifar10-test", folder, ["test_batch.bin"]);
}
