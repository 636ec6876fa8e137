using RawFuse.Datasets;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.Cli.Data;

/// <summary>Finds data sets by name and hands their images to the method.</summary>
internal static class ImageSources
{
    /// <summary>All that is known; the first is the standard.</summary>
    private static readonly DataSet[] All =
    [
        new("signs", Augmentation.Signs, (_, limit, _) => SyntheticSigns.Train(limit ?? 8000, Seed), (_, limit, _) => SyntheticSigns.Test(limit ?? 1000, Seed)),
        Small("cifar10", Augmentation.Cifar, Cifar10.LoadTrain, Cifar10.LoadTest),
        Small("cifar100", Augmentation.Cifar, folder => Cifar100.LoadTrain(folder), folder => Cifar100.LoadTest(folder)),
        new(
            "gtsrb", Augmentation.Gtsrb,
            (folder, limit, cancellation) => Limit(Gtsrb.LoadTrain(folder(), cancellation), limit),
            (folder, limit, cancellation) => Limit(Gtsrb.LoadTest(folder(), cancellation), limit)),
        Small("mnist", Augmentation.Digits, Mnist.LoadTrain, Mnist.LoadTest),
        Small("fashion-mnist", Augmentation.Cifar, FashionMnist.LoadTrain, FashionMnist.LoadTest),
        new(
            "imagenet10", Augmentation.Pictures,
            (folder, limit, cancellation) => ImageFolder.LoadTrain("imagenet10", folder(), limit: limit, cancellationToken: cancellation),
            (folder, limit, cancellation) => ImageFolder.LoadTest("imagenet10", folder(), limit: limit, cancellationToken: cancellation)),
    ];

    /// <summary>Names that <c>--data</c> knows.</summary>
    public static readonly string[] Names = [.. All.Select(set => set.Name)];

    /// <summary>Loads one half of a data set.</summary>
    /// <param name="folder">Finds the folder of the original files.</param>
    /// <param name="limit">At most so many images; null for all.</param>
    /// <param name="cancellation">Stops where it takes long.</param>
    private delegate ImageSet Load(Func<string> folder, int? limit, CancellationToken cancellation);

    /// <summary>The data set that a model's file names, or the built-in one where it names none.</summary>
    /// <exception cref="ArgumentException">It names one that is not known here.</exception>
    public static string NameFor(string dataset) => dataset.Length == 0 ? Names[0] : Array.Find(Names, name => name == dataset)
        ?? throw new ArgumentException($"The base file names data set '{dataset}'; known are {string.Join(", ", Names)}: choose with '--data'.");

    /// <summary>The augmentation a data set is trained with.</summary>
    public static Augmentation AugmentationFor(string name) => Find(name).Augmentation;

    /// <summary>Loads the training images.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">Folder of the original files; null looks in RAWFUSE_DATA.</param>
    /// <param name="limit">At most so many images; null for all.</param>
    /// <param name="cancellation">Stops where it takes long.</param>
    public static ImageSet Train(string name, string? folder, int? limit, CancellationToken cancellation = default) =>
        Find(name).Train(() => FolderOf(name, folder), limit, cancellation);

    /// <summary>Loads the test images.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">Folder of the original files; null looks in RAWFUSE_DATA.</param>
    /// <param name="limit">At most so many images; null for all.</param>
    /// <param name="cancellation">Stops where it takes long.</param>
    public static ImageSet Test(string name, string? folder, int? limit, CancellationToken cancellation = default) =>
        Find(name).Test(() => FolderOf(name, folder), limit, cancellation);

    /// <summary>Refuses a classifier that does not know exactly the images' classes.</summary>
    public static void RequireClasses(FrozenNetwork network, string path, ImageSet images)
    {
        int known = network.Definition.Output.Channels;
        if (known != images.Classes) throw new ArgumentException($"{path}: the model knows {known} classes, data set '{images.Name}' has {images.Classes}.");
    }

    /// <summary>The road signs are the same for everyone.</summary>
    private const ulong Seed = 1;

    private static DataSet Find(string name) => All.Single(set => set.Name == name);

    /// <summary>A data set that is loaded whole, in a second or two.</summary>
    private static DataSet Small(string name, Augmentation augmentation, Func<string, ImageSet> train, Func<string, ImageSet> test) =>
        new(name, augmentation, (folder, limit, _) => Limit(train(folder()), limit), (folder, limit, _) => Limit(test(folder()), limit));

    private static ImageSet Limit(ImageSet images, int? limit) => limit is { } count && count < images.Count ? images.Take(count) : images;

    /// <summary>Where a data set's files are looked for: the folder given, the set's own below RAWFUSE_DATA, or, without such a one, RAWFUSE_DATA itself.</summary>
    /// <exception cref="ArgumentException">No folder is given and RAWFUSE_DATA is not set.</exception>
    public static string FolderOf(string name, string? folder)
    {
        string own = OwnFolderOf(name, folder);
        return folder is not null || Directory.Exists(own) ? own : Path.GetDirectoryName(own)!;
    }

    /// <summary>Where a data set's files belong: the folder given, or the set's own below RAWFUSE_DATA.</summary>
    /// <exception cref="ArgumentException">No folder is given and RAWFUSE_DATA is not set.</exception>
    public static string OwnFolderOf(string name, string? folder)
    {
        if (folder is not null) return folder;
        string? root = Environment.GetEnvironmentVariable("RAWFUSE_DATA");
        if (string.IsNullOrEmpty(root)) throw new ArgumentException($"Data set '{name}' needs a folder: give --data-dir, or set RAWFUSE_DATA.");
        return Path.Combine(root, name);
    }

    private sealed record DataSet(string Name, Augmentation Augmentation, Load Train, Load Test);
}

/// <summary>A data set's loader in the form the method asks for.</summary>
internal sealed class LoaderSource(BatchLoader loader) : IImageSource
{
    public int Count => loader.Images.Count;

    public int Classes => loader.Images.Classes;

    public int Height => loader.Images.Height;

    public int Width => loader.Images.Width;

    /// <summary>Training images: shuffled and augmented; a rest smaller than a batch is left out, unless it is all there is.</summary>
    public static LoaderSource ForTraining(Augmentation augmentation, ImageSet images, int batch, ulong seed) =>
        new(new BatchLoader(images, batch, seed, augmentation, dropLast: images.Count >= batch));

    /// <summary>Test images: in order, as they are.</summary>
    public static LoaderSource ForTest(ImageSet images, int batch) => new(new BatchLoader(images, batch, seed: 0, Augmentation.None, shuffle: false));

    public IEnumerable<ReadOnlyMemory<int>> Batches(int epoch) => loader.Batches(epoch);

    public void Fill(ReadOnlySpan<int> images, int epoch, Span<float> nhwc, Span<int> labels) => loader.Fill(images, epoch, nhwc, labels);
}
