using RawFuse.Datasets.Signs;

namespace RawFuse.Datasets;

/// <summary>
/// The built-in data set: drawn 32x32 pictures of road signs in cluttered scenes, under random pose, light, blur, noise and occlusion.
/// An image depends on (seed, stream, index) alone, bit for bit on every platform and any number of threads: all draws are integer hashes and all
/// arithmetic is + - * / and square root, which IEEE 754 rounds exactly.
/// </summary>
public static class SyntheticSigns
{
    /// <summary>Image height and width in pixels.</summary>
    public const int Side = 32;

    private const ulong TrainStream = 0, TestStream = 1;

    // Within a stream, labels and pictures draw from separate generators.
    private const ulong LabelDraws = 1, ImageDraws = 2;

    /// <summary>The sign of each class, in label order.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = [.. SignCatalog.Signs.Select(sign => sign.Name)];

    /// <summary>Training images, drawn from a stream of their own: none is in <see cref="Test"/>, even of the same seed.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or more than an array holds.</exception>
    public static ImageSet Train(int count, ulong seed) => Generate("signs-train", count, seed, TrainStream, -1);

    /// <summary>Test images, drawn from a stream of their own: none is in <see cref="Train"/>, even of the same seed.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or more than an array holds.</exception>
    public static ImageSet Test(int count, ulong seed) => Generate("signs-test", count, seed, TestStream, -1);

    /// <summary>
    /// Draws images 0 .. count - 1 of a stream. Classes are balanced: each run of as many images as there are classes holds every class once.
    /// </summary>
    /// <param name="count">Number of images; a smaller count yields the first of a larger one's.</param>
    /// <param name="seed">Seed of the set.</param>
    /// <param name="stream">Sets of one seed and different streams have nothing in common. 0 is the training set's, 1 the test set's.</param>
    /// <param name="maxThreads">Threads to draw on, or -1 for all; does not change the result.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="count"/> is negative or more than an array holds, or <paramref name="maxThreads"/> is neither positive nor -1.
    /// </exception>
    public static ImageSet Generate(int count, ulong seed, ulong stream = TrainStream, int maxThreads = -1) =>
        Generate("signs", count, seed, stream, maxThreads);

    private static ImageSet Generate(string name, int count, ulong seed, ulong stream, int maxThreads)
    {
        const int ImageBytes = Side * Side * ImageSet.Channels;
        if (count < 0 || count > Array.MaxLength / ImageBytes)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"Synthetic signs: {count} images; expected 0 to {Array.MaxLength / ImageBytes}.");
        var pixels = new byte[checked(count * ImageBytes)];
        var labels = new int[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = maxThreads }, i =>
        {
            labels[i] = Label(i, seed, stream);
            var random = new RandomStream(seed, stream, ImageDraws, (ulong)i);
            SignRenderer.Render(SignCatalog.Signs[labels[i]], ref random, pixels.AsSpan(i * ImageBytes, ImageBytes));
        });
        return new ImageSet(name, Side, Side, pixels, labels, ClassNames);
    }

    /// <summary>Each block of consecutive images, one per class, has its own shuffled order of the classes.</summary>
    private static int Label(int index, ulong seed, ulong stream)
    {
        (int block, int place) = Math.DivRem(index, ClassNames.Count);
        Span<int> order = stackalloc int[ClassNames.Count];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        new RandomStream(seed, stream, LabelDraws, (ulong)block).Shuffle(order);
        return order[place];
    }
}
