using RawFuse.Datasets;
using RawFuse.NeuralFuse.Campaigns;
using RawFuse.NeuralFuse.Training;

namespace RawFuse.Cli.Data;

/// <summary>A data set for a campaign; each part of it is read when it is first asked for, and kept.</summary>
/// <param name="name">One of <see cref="ImageSources.Names"/>.</param>
/// <param name="folder">Folder of the original files; null looks in RAWFUSE_DATA.</param>
internal sealed class CampaignImages(string name, string? folder) : ICampaignImages
{
    private readonly Dictionary<int, ImageSet> train = [], test = [];

    public int Classes => TestImages(1).Classes;

    public int Size => TestImages(1).Height;

    public IImageSource Training(int batch, int? limit, ulong seed) =>
        LoaderSource.ForTraining(ImageSources.AugmentationFor(name), Kept(train, limit, () => ImageSources.Train(name, folder, limit)), batch, seed);

    public IImageSource Test(int batch, int? limit) => LoaderSource.ForTest(TestImages(limit), batch);

    private ImageSet TestImages(int? limit) => Kept(test, limit, () => ImageSources.Test(name, folder, limit));

    private static ImageSet Kept(Dictionary<int, ImageSet> sets, int? limit, Func<ImageSet> read)
    {
        int key = limit ?? int.MaxValue;
        return sets.TryGetValue(key, out ImageSet? known) ? known : sets[key] = read();
    }
}
