namespace RawFuse.Datasets;

/// <summary>
/// Reader of pictures in a folder per class, such as ImageNet and its subsets: train/CLASS/* and val/CLASS/* (or test/CLASS/*), JPEG or PNG files of any size.
/// Classes are the names of the subfolders, sorted by their characters' numbers. A picture's shorter side is resized to the wanted size, with the antialiased
/// bilinear filter that torchvision has, and the middle square cut out. Images come in rounds of the classes, and of a class sorted by the files' names, so
/// that the first so many are some of every class.
/// </summary>
public static class ImageFolder
{
    private static readonly string[] Extensions = [".jpeg", ".jpg", ".png"];

    /// <summary>Reads the training pictures.</summary>
    /// <param name="name">The data set's name: in reports, the set's is NAME-train.</param>
    /// <param name="folder">The folder that holds train.</param>
    /// <param name="side">Height and width of the images in pixels. One array holds 14,266 images of 224x224.</param>
    /// <param name="limit">Read the first so many only; null for all.</param>
    /// <param name="cancellationToken">Stops between two pictures.</param>
    /// <exception cref="DatasetException">A folder or a picture is missing, unreadable or malformed, or there are too many of them.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ImageSet LoadTrain(string name, string folder, int side = 224, int? limit = null, CancellationToken cancellationToken = default) =>
        Load(name, $"{name}-train", folder, ["train"], side, limit, cancellationToken);

    /// <summary>Reads the validation or test pictures. Where the training pictures are there too, the classes must be the same.</summary>
    /// <param name="name">The data set's name: in reports, the set's is NAME-test.</param>
    /// <param name="folder">The folder that holds val or test.</param>
    /// <param name="side">Height and width of the images in pixels. One array holds 14,266 images of 224x224.</param>
    /// <param name="limit">Read the first so many only; null for all.</param>
    /// <param name="cancellationToken">Stops between two pictures.</param>
    /// <exception cref="DatasetException">A folder or a picture is missing, unreadable or malformed, or there are too many of them.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ImageSet LoadTest(string name, string folder, int side = 224, int? limit = null, CancellationToken cancellationToken = default) =>
        Load(name, $"{name}-test", folder, ["val", "test"], side, limit, cancellationToken);

    private static ImageSet Load(string dataSet, string name, string folder, string[] splits, int side, int? limit, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dataSet);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(side);
        if (limit is { } most) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        DatasetFile.RequireFolder(dataSet, folder, $"a folder with {string.Join(" or ", splits)} in it");
        string split = Array.Find([.. splits.Select(each => Path.Combine(folder, each))], Directory.Exists)
            ?? throw new DatasetException($"{dataSet} folder '{folder}' has no {string.Join(" or ", splits)} in it; expected a folder of pictures for each class there.");
        string[] classes = ClassesOf(dataSet, split);

        // Labels are places in the list of classes: with another list, a model would be right about the wrong ones.
        string train = Path.Combine(folder, "train");
        if (Directory.Exists(train) && ClassesOf(dataSet, train) is var trained && !classes.SequenceEqual(trained))
        {
            string odd = classes.Except(trained).Concat(trained.Except(classes)).First();
            throw new DatasetException($"{dataSet} class '{odd}' is in one of '{split}' and '{train}' alone; expected the same classes in both.");
        }

        (string Path, int Label)[] files = [.. classes.SelectMany((name, label) => PicturesOf(dataSet, Path.Combine(split, name)).Select(path => (path, label)))];
        int[] order = ClassRounds.Of([.. files.Select(file => file.Label)]);
        return ImageFiles.Load(
            dataSet, name, side, [.. order.Take(limit ?? order.Length).Select(i => files[i])], classes,
            path => ImageResize.CropCenter(PictureFile.Read(dataSet, path), side), cancellationToken);
    }

    private static string[] ClassesOf(string dataSet, string split)
    {
        string[] classes = Sorted(dataSet, split, Directory.GetDirectories);
        return classes.Length > 0 ? [.. classes.Select(path => Path.GetFileName(path))]
            : throw new DatasetException($"{dataSet} folder '{split}' has no subfolder; expected one for each class.");
    }

    private static string[] PicturesOf(string dataSet, string folder)
    {
        string[] files = [.. Sorted(dataSet, folder, Directory.GetFiles).Where(path => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))];
        return files.Length > 0 ? files : throw new DatasetException($"{dataSet} folder '{folder}' has no picture; expected {string.Join(", ", Extensions)} files.");
    }

    private static string[] Sorted(string dataSet, string folder, Func<string, string[]> list)
    {
        try
        {
            return [.. list(folder).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"{dataSet} folder '{folder}' cannot be read: {error.Message}", error);
        }
    }
}
