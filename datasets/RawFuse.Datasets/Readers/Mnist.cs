namespace RawFuse.Datasets;

/// <summary>
/// Reader of MNIST (LeCun, Cortes, Burges): handwritten digits in the idx files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
/// t10k-labels-idx1-ubyte, plain or as .gz. The grey 28x28 images become RGB and get a black frame of two pixels, 32x32 in all.
/// </summary>
public static class Mnist
{
    /// <summary>The ten digits.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    private static readonly IdxImages Images = new("MNIST", ClassNames);

    /// <summary>Reads the training files (60,000 images when complete), in file order.</summary>
    /// <param name="folder">The folder that holds the files.</param>
    /// <exception cref="DatasetException">The folder or a file is missing, unreadable or malformed.</exception>
    public static ImageSet LoadTrain(string folder) => Images.Load("mnist-train", folder, "train");

    /// <summary>Reads the test files (10,000 images when complete), in file order.</summary>
    /// <param name="folder">The folder that holds the files.</param>
    /// <exception cref="DatasetException">The folder or a file is missing, unreadable or malformed.</exception>
    public static ImageSet LoadTest(string folder) => Images.Load("mnist-test", folder, "t10k");
}
