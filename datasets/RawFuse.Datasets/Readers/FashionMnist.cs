namespace RawFuse.Datasets;

/// <summary>
/// Reader of Fashion-MNIST (Xiao, Rasul, Vollgraf, arXiv 1708.07747): articles of clothing, in files of the same names and form as those of <see cref="Mnist"/>.
/// The grey 28x28 images become RGB and get a black frame of two pixels, 32x32 in all.
/// </summary>
public static class FashionMnist
{
    /// <summary>The ten articles in label order.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    private static readonly IdxImages Images = new("Fashion-MNIST", ClassNames);

    /// <summary>Reads the training files (60,000 images when complete), in file order.</summary>
    /// <param name="folder">The folder that holds the files.</param>
    /// <exception cref="DatasetException">The folder or a file is missing, unreadable or malformed.</exception>
    public static ImageSet LoadTrain(string folder) => Images.Load("fashion-mnist-train", folder, "train");

    /// <summary>Reads the test files (10,000 images when complete), in file order.</summary>
    /// <param name="folder">The folder that holds the files.</param>
    /// <exception cref="DatasetException">The folder or a file is missing, unreadable or malformed.</exception>
    public static ImageSet LoadTest(string folder) => Images.Load("fashion-mnist-test", folder, "t10k");
}
