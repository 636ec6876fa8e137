using RawFuse.NeuralFuse.Training;

namespace RawFuse.NeuralFuse.Profiling;

/// <summary>Images and labels of uniform noise: they take as long as any others.</summary>
internal sealed class RandomImages(int count, int classes, int height, int width) : IImageSource
{
    public int Count => count;

    public int Classes => classes;

    public int Height => height;

    public int Width => width;

    public IEnumerable<ReadOnlyMemory<int>> Batches(int epoch) => [Enumerable.Range(0, count).ToArray()];

    public void Fill(ReadOnlySpan<int> images, int epoch, Span<float> nhwc, Span<int> labels)
    {
        var random = new SplitMix64(seed: 1);
        foreach (ref float value in nhwc) value = (2 * random.NextSingle()) - 1;
        foreach (ref int label in labels) label = random.NextInt(classes);
    }
}
