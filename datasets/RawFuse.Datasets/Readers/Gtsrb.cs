using System.Globalization;

namespace RawFuse.Datasets;

/// <summary>
/// Reader of the German Traffic Sign Recognition Benchmark (Stallkamp et al., IJCNN 2011) as 32x32 images. What lies in the folder decides the form:
/// <list type="bullet">
/// <item>packed: records of one label byte and 3072 pixel bytes (1024 red, 1024 green, 1024 blue, row by row) in train.bin, or in train_every3rd.bin for every
/// third training frame, and in test.bin;</item>
/// <item>official: Final_Training/Images/000NN/GT-000NN.csv with the images it names (39,209 in all), or Training/000NN of the online competition (26,640: the
/// training split of torchvision), and Final_Test/Images with GT-final_test.csv there, a level higher or beside Final_Test (12,630). All of it may lie in a
/// folder GTSRB, as the archives unpack.</item>
/// </list>
/// Official images are binary PPMs of many sizes. The whole frame becomes 32x32 by bilinear interpolation with antialiasing, a triangle filter as wide as the
/// reduction, as torchvision's Resize((32, 32)) has it. Training images come in rounds of the classes, so that the first so many are some of every class.
/// </summary>
public static class Gtsrb
{
    private const string DataSet = "GTSRB";
    private const int Side = 32;

    /// <summary>The 43 signs in label order.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
    [
        "speed limit 20", "speed limit 30", "speed limit 50", "speed limit 60", "speed limit 70",
        "speed limit 80", "end of speed limit 80", "speed limit 100", "speed limit 120", "no overtaking",
        "no overtaking by trucks", "right of way at the next crossing", "priority road", "yield", "stop",
        "no vehicles", "no trucks", "no entry", "danger", "bend to the left",
        "bend to the right", "double bend", "uneven road", "slippery road", "road narrows on the right",
        "road works", "traffic lights", "pedestrians", "children", "bicycles",
        "snow or ice", "wild animals", "end of all limits", "turn right ahead", "turn left ahead",
        "straight on", "straight on or right", "straight on or left", "keep right", "keep left",
        "roundabout", "end of no overtaking", "end of no overtaking by trucks",
    ];

    private static readonly PlanarRecords Packed = new(DataSet, new LabelByte("label", ClassNames));

    /// <summary>
    /// Reads the training images. The set's name says which: gtsrb-train (official), gtsrb-train-online (of the online competition), gtsrb-train-packed or
    /// gtsrb-train-every3rd (packed).
    /// </summary>
    /// <param name="folder">The folder that holds one of the forms.</param>
    /// <param name="cancellationToken">Stops the reading of official images.</param>
    /// <exception cref="DatasetException">The folder or a file is missing, unreadable or malformed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ImageSet LoadTrain(string folder, CancellationToken cancellationToken = default)
    {
        DatasetFile.RequireFolder(DataSet, folder, "a folder with train.bin, train_every3rd.bin or Final_Training");
        foreach ((string file, string name) in ((string, string)[])[("train.bin", "gtsrb-train-packed"), ("train_every3rd.bin", "gtsrb-train-every3rd")])
        {
            if (!File.Exists(Path.Combine(folder, file))) continue;
            ImageSet set = Packed.Load(name, folder, [file]);
            return set.Subset(ClassRounds.Of(set.Labels));
        }

        foreach ((string place, string name) in ((string, string)[])[(Path.Combine("Final_Training", "Images"), "gtsrb-train"), ("Training", "gtsrb-train-online")])
            if (FindFolder(folder, place) is { } images) return LoadOfficial(name, InRounds(TrainingFiles(images)), cancellationToken);
        throw new DatasetException($"{DataSet} folder '{folder}' has no training images; expected train.bin, train_every3rd.bin, Final_Training/Images or Training in it.");
    }

    /// <summary>Reads the test images, in the order of their files: gtsrb-test (official) or gtsrb-test-packed.</summary>
    /// <param name="folder">The folder that holds one of the forms.</param>
    /// <param name="cancellationToken">Stops the reading of official images.</param>
    /// <exception cref="DatasetException">The folder or a file is missing, unreadable or malformed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ImageSet LoadTest(string folder, CancellationToken cancellationToken = default)
    {
        const string Annotations = "GT-final_test.csv";
        DatasetFile.RequireFolder(DataSet, folder, "a folder with test.bin or Final_Test");
        if (File.Exists(Path.Combine(folder, "test.bin"))) return Packed.Load("gtsrb-test-packed", folder, ["test.bin"]);
        if (FindFolder(folder, Path.Combine("Final_Test", "Images")) is not { } images)
            throw new DatasetException($"{DataSet} folder '{folder}' has no test images; expected test.bin or Final_Test/Images in it.");

        // The classes come in an archive of their own, which holds nothing else and so may unpack anywhere near.
        string[] places = [images, Path.Combine(images, ".."), Path.Combine(images, "..", ".."), folder];
        string annotations = places.Select(place => Path.GetFullPath(Path.Combine(place, Annotations))).FirstOrDefault(File.Exists, Path.Combine(images, Annotations));
        return LoadOfficial("gtsrb-test", GtsrbAnnotations.Read(DataSet, annotations, images, ClassNames.Count, only: null), cancellationToken);
    }

    private static string? FindFolder(string folder, string place) =>
        Array.Find([Path.Combine(folder, place), Path.Combine(folder, "GTSRB", place)], Directory.Exists);

    private static List<(string Path, int Label)> TrainingFiles(string images) =>
        [.. Enumerable.Range(0, ClassNames.Count).SelectMany(label =>
        {
            string name = label.ToString("D5", CultureInfo.InvariantCulture), classFolder = Path.Combine(images, name);
            return GtsrbAnnotations.Read(DataSet, Path.Combine(classFolder, $"GT-{name}.csv"), classFolder, ClassNames.Count, label);
        })];

    private static List<(string Path, int Label)> InRounds(List<(string Path, int Label)> files) =>
        [.. ClassRounds.Of([.. files.Select(file => file.Label)]).Select(i => files[i])];

    private static ImageSet LoadOfficial(string name, List<(string Path, int Label)> files, CancellationToken cancellationToken) => ImageFiles.Load(
        DataSet, name, Side, files, ClassNames, path => ImageResize.Squash(PpmFile.Read(DataSet, path), Side), cancellationToken);
}
