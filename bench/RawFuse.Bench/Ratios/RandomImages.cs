using RawFuse.NeuralFuse.Training;

namespace RawFuse.Bench.Ratios;

/// <summary>Noise of CIFAR-10's size: what images show makes no difference to the time.</summary>
internal sealed class RandomImages(int count) : IImageSource
{
    public int Count => count;

    public int Classes => 10;

    public int Height => 32;

    public int Width => 32;

    public IEnumerable<ReadOnlyMemory<int>> Batches(int epoch) => [Enumerable.Range(0, count).ToArray()];

    public void Fill(ReadOnlySpan<int> images, int epoch, Span<float> nhwc, Span<int> labels)
    {
        var random = new Random(1);
        foreach (ref float value in nhwc) value = (2 * random.NextSingle()) - 1;
        for (int i = 0; i < labels.Length; i++) labels[i] = i % Classes;
    }

    /// <summary>All images as one batch.</summary>
    public Batch AsBatch(Kernels.Device device) => Batch.From(this, Batches(0).Single().Span, epoch: 0, device);
}
