namespace RawFuse.Datasets;

/// <summary>
/// Mini-batches of an <see cref="ImageSet"/> as float32 NHWC. What an image looks like in an epoch depends on (seed, epoch, image index) alone:
/// not on the batch it is in, the order of calls or the thread, so a run can be resumed or cut into other batches without changing it.
/// Safe for concurrent use.
/// </summary>
/// <example><code>
/// foreach (ReadOnlyMemory&lt;int&gt; batch in loader.Batches(epoch))
///     loader.Fill(batch.Span, epoch, images, labels);
/// </code></example>
public sealed class BatchLoader
{
    // The two things a seed is used for draw from separate streams.
    private const ulong OrderStream = 1, AugmentationStream = 2;

    private readonly ulong _seed;

    /// <summary>Makes a loader; nothing is drawn or copied yet.</summary>
    /// <param name="images">The images to load from, at least one.</param>
    /// <param name="batchSize">Images in a mini-batch.</param>
    /// <param name="seed">Seed of orders and augmentations.</param>
    /// <param name="augmentation">Random geometry; null for <see cref="Augmentation.None"/>.</param>
    /// <param name="shuffle">A new order each epoch; otherwise the set's own order.</param>
    /// <param name="dropLast">Leave out the last batch of an epoch when it is not full.</param>
    /// <exception cref="ArgumentException">The set is empty, or the batch size is not positive.</exception>
    public BatchLoader(ImageSet images, int batchSize, ulong seed, Augmentation? augmentation = null, bool shuffle = true, bool dropLast = false)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        if (images.Count == 0) throw new ArgumentException($"Image set '{images.Name}' is empty.", nameof(images));

        Images = images;
        BatchSize = batchSize;
        _seed = seed;
        Augmentation = augmentation ?? Augmentation.None;
        Shuffle = shuffle;
        DropLast = dropLast;
    }

    /// <summary>The images loaded from.</summary>
    public ImageSet Images { get; }

    /// <summary>Images in a full mini-batch.</summary>
    public int BatchSize { get; }

    /// <summary>The random geometry applied.</summary>
    public Augmentation Augmentation { get; }

    /// <summary>Whether each epoch has its own order.</summary>
    public bool Shuffle { get; }

    /// <summary>Whether a last batch that is not full is left out.</summary>
    public bool DropLast { get; }

    /// <summary>Mini-batches in one epoch.</summary>
    public int BatchesPerEpoch => DropLast ? Images.Count / BatchSize : (Images.Count - 1) / BatchSize + 1;

    /// <summary>The order of an epoch: a permutation of all image indices.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epoch"/> is negative.</exception>
    public int[] Order(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        int[] order = [.. Enumerable.Range(0, Images.Count)];
        if (Shuffle) new RandomStream(_seed, OrderStream, (ulong)epoch).Shuffle(order);
        return order;
    }

    /// <summary>The mini-batches of an epoch, each as image indices for <see cref="Fill"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epoch"/> is negative.</exception>
    public IEnumerable<ReadOnlyMemory<int>> Batches(int epoch)
    {
        ReadOnlyMemory<int> order = Order(epoch);
        return Enumerable.Range(0, BatchesPerEpoch)
            .Select(batch => order.Slice(batch * BatchSize, Math.Min(BatchSize, order.Length - batch * BatchSize)));
    }

    /// <summary>Writes the chosen images, augmented for the epoch, and their labels. Allocates nothing.</summary>
    /// <param name="imageIndices">[n] indices into the set, usually one of <see cref="Batches"/>.</param>
    /// <param name="epoch">The epoch whose augmentation to draw.</param>
    /// <param name="nhwc">Receives [n, H, W, 3] pixels in [-1, 1], byte / 255 * 2 - 1; may be longer, the rest is left alone.</param>
    /// <param name="labels">Receives [n] labels; may be longer, the rest is left alone.</param>
    /// <exception cref="ArgumentException">A destination is too short, an index is not in the set, or the epoch is negative.</exception>
    public void Fill(ReadOnlySpan<int> imageIndices, int epoch, Span<float> nhwc, Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        int imageSize = Images.ImageBytes;
        if (nhwc.Length < (long)imageIndices.Length * imageSize)
            throw new ArgumentException($"{imageIndices.Length} images need {(long)imageIndices.Length * imageSize} floats, not {nhwc.Length}.", nameof(nhwc));
        if (labels.Length < imageIndices.Length)
            throw new ArgumentException($"{imageIndices.Length} images need as many labels, not {labels.Length}.", nameof(labels));

        for (int i = 0; i < imageIndices.Length; i++)
        {
            int index = imageIndices[i];
            var random = new RandomStream(_seed, AugmentationStream, (ulong)epoch, (ulong)index);
            new DrawnAugmentation(Augmentation, Images.Height, Images.Width, random).Apply(Images.Image(index), nhwc.Slice(i * imageSize, imageSize));
            labels[i] = Images.Labels[index];
        }
    }
}
