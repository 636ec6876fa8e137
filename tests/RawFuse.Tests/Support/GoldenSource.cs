using RawFuse.NeuralFuse.Training;

namespace RawFuse.Tests.Support;

/// <summary>The goldens' images and labels as a training source of one batch.</summary>
internal sealed class GoldenSource(uint p, int[] labels) : IImageSource
{
    private readonly float[] nhwc = GoldenFormula.Pixels(labels.Length, p);

    public int Count => labels.Length;

    public int Classes => 10;

    public int Height => 32;

    public int Width => 32;

    public IEnumerable<ReadOnlyMemory<int>> Batches(int epoch) => [Enumerable.Range(0, Count).ToArray()];

    public void Fill(ReadOnlySpan<int> images, int epoch, Span<float> nhwc, Span<int> labels)
    {
        this.nhwc.CopyTo(nhwc);
        Labels.CopyTo(labels);
    }

    private ReadOnlySpan<int> Labels => labels;
}
