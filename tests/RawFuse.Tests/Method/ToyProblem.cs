using RawFuse.NeuralFuse.Training;

namespace RawFuse.Tests.Method;

/// <summary>Images of 8 x 8 whose class is the channel that is brightest, under noise; and networks small enough to train in a test.</summary>
/// <param name="count">Number of images.</param>
/// <param name="batch">Images in a batch.</param>
/// <param name="first">Where the noise starts: sources that are far apart share no image.</param>
internal sealed class ToyProblem(int count, int batch, ulong first = 0) : IImageSource
{
    public const int Size = 8;

    public int Count => count;

    public int Classes { get; init; } = 3;

    public int Height => Size;

    public int Width => Size;

    /// <summary>An image that is spoiled by one NaN; -1 for none.</summary>
    public int Spoiled { get; init; } = -1;

    /// <summary>Added to all labels.</summary>
    public int LabelOffset { get; init; }

    /// <summary>conv 8, batch normalization, ReLU, max pooling, linear.</summary>
    public static NetworkDefinition Classifier(int classes = 3)
    {
        var builder = new NetworkBuilder(Size, Size, 3);
        Node x = builder.Conv2d(builder.Input, "conv", 8, 3, padding: 1, bias: false);
        x = builder.MaxPool2d(builder.Relu(builder.BatchNorm2d(x, "bn")), 2);
        return builder.Build("toy", builder.Linear(x, "fc", classes));
    }

    /// <summary>clamp(x + conv(relu(bn(conv(x)))), -1, 1).</summary>
    public static NetworkDefinition Generator()
    {
        var builder = new NetworkBuilder(Size, Size, 3);
        Node x = builder.Conv2d(builder.Input, "conv1", 4, 3, padding: 1);
        x = builder.Conv2d(builder.Relu(builder.BatchNorm2d(x, "bn1")), "conv2", 3, 3, padding: 1);
        return builder.Build("toy generator", builder.Clamp(builder.Add(builder.Input, x), -1, 1));
    }

    public IEnumerable<ReadOnlyMemory<int>> Batches(int epoch)
    {
        for (int start = 0; start < count; start += batch) yield return Enumerable.Range(start, Math.Min(batch, count - start)).ToArray();
    }

    public void Fill(ReadOnlySpan<int> images, int epoch, Span<float> nhwc, Span<int> labels)
    {
        for (int i = 0; i < images.Length; i++)
        {
            var random = new SplitMix64(first + (ulong)images[i]);
            int brightest = images[i] % 3;
            labels[i] = brightest + LabelOffset;
            Span<float> image = nhwc.Slice(i * Size * Size * 3, Size * Size * 3);
            for (int k = 0; k < image.Length; k++) image[k] = random.NextSingle() - 0.5f + (k % 3 == brightest ? 0.25f : 0);
            if (images[i] == Spoiled) image[17] = float.NaN;
        }
    }
}
