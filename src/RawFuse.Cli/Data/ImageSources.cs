using RawFuse.Datasets;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.Cli.Data;

/// <summary>Finds data sets by name and hands their images to the method.</summary>
internal static class ImageSources
{
    /// <summary>Names that <c>--data</c> knows.</summary>
    public static readonly string[] Names = ["signs", "cifar10"];

    /// <summary>The data set that a model's file names, or the built-in one where it names none.</summary>
    /// <exception cref="ArgumentException">It names one that is not known here.</exception>
    public static string NameFor(string dataset) => dataset.Length == 0 ? Names[0] : Array.Find(Names, name => name == dataset)
        ?? throw new ArgumentException($"The base file names data set '{dataset}'; known are {string.Join(", ", Names)}: choose with '--data'.");

    /// <summary>The augmentation a data set is trained with.</summary>
    public static Augmentation AugmentationFor(string name) => name == "cifar10" ? Augmentation.Cifar : Augmentation.Signs;

    /// <summary>Loads the training images.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">Folder of the original files; null looks in RAWFUSE_DATA.</param>
    /// <param name="limit">At most so many images; null for all.</param>
    public static ImageSet Train(string name, string? folder, int? limit) =>
        name == "signs" ? SyntheticSigns.Train(limit ?? 8000, Seed) : Limit(Cifar10.LoadTrain(FolderOf(name, folder)), limit);

    /// <summary>Loads the test images.</summary>
    public static ImageSet Test(string name, string? folder, int? limit) =>
        name == "signs" ? SyntheticSigns.Test(limit ?? 1000, Seed) : Limit(Cifar10.LoadTest(FolderOf(name, folder)), limit);

    /// <summary>Refuses a classifier that does not know exactly the images' classes.</summary>
    public static void RequireClasses(FrozenNetwork network, string path, ImageSet images)
    {
        int known = network.Definition.Output.Channels;
        if (known != images.Classes) throw new ArgumentException($"{path}: the model knows {known} classes, data set '{images.Name}' has {images.Classes}.");
    }

    /// <summary>The road signs are the same for everyone.</summary>
    private const ulong Seed = 1;

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
}

/// <summary>A data set's loader in the form the method asks for.</summary>
internal sealed class LoaderSource(BatchLoader loader) : IImageSource
{
    public int Count => loader.Images.Count;

    public int Classes => loader.Images.Classes;

    public int Height => loader.Images.Height;

    public int Width => loader.Images.Width;

    /// <summary>Training images: shuffled and augmented; a rest smaller than a batch is left out, unless it is all there is.</summary>
    public static LoaderSource ForTraining(string name, ImageSet images, int batch, ulong seed) =>
        new(new BatchLoader(images, batch, seed, ImageSources.AugmentationFor(name), dropLast: images.Count >= batch));

    /// <summary>Test images: in order, as they are.</summary>
    public static LoaderSource ForTest(ImageSet images, int batch) => new(new BatchLoader(images, batch, seed: 0, Augmentation.None, shuffle: false));

    public IEnumerable<ReadOnlyMemory<int>> Batches(int epoch) => loader.Batches(epoch);

    public void Fill(ReadOnlySpan<int> images, int epoch, Span<float> nhwc, Span<int> labels) => loader.Fill(images, epoch, nhwc, labels);
}
