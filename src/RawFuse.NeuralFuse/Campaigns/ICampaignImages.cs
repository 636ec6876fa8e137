using RawFuse.NeuralFuse.Training;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>The data set of a campaign, from whoever knows data sets.</summary>
public interface ICampaignImages
{
    /// <summary>Number of classes.</summary>
    int Classes { get; }

    /// <summary>Height and width of the images in pixels.</summary>
    int Size { get; }

    /// <summary>Training images: shuffled and augmented.</summary>
    /// <param name="batch">Images in a batch.</param>
    /// <param name="limit">The first so many images; null for all.</param>
    /// <param name="seed">Decides order and augmentation.</param>
    IImageSource Training(int batch, int? limit, ulong seed);

    /// <summary>Test images, in order and as they are.</summary>
    /// <param name="batch">Images in a batch.</param>
    /// <param name="limit">The first so many images; null for all.</param>
    IImageSource Test(int batch, int? limit);
}
