namespace RawFuse.Datasets;

/// <summary>Labelled RGB images of one size, held in memory as bytes.</summary>
public sealed class ImageSet
{
    /// <summary>Colour channels of every image: red, green, blue.</summary>
    public const int Channels = 3;

    /// <summary>Apart from the streams of <see cref="BatchLoader"/>, which may have the same seed.</summary>
    private const ulong HoldOutStream = 3;

    /// <summary>Wraps the arrays, which are not copied, after checking that they fit together.</summary>
    /// <param name="name">What the set is called in reports.</param>
    /// <param name="height">Image height in pixels.</param>
    /// <param name="width">Image width in pixels.</param>
    /// <param name="pixels">[N, height, width, 3] bytes: image by image, row by row, R G B interleaved.</param>
    /// <param name="labels">[N] class indices, each in [0, <paramref name="classNames"/>.Count).</param>
    /// <param name="classNames">The name of each class, in label order.</param>
    /// <exception cref="ArgumentException">The sizes disagree, a label is out of range, or there is no class.</exception>
    public ImageSet(string name, int height, int width, byte[] pixels, int[] labels, IReadOnlyList<string> classNames)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (classNames.Count == 0) throw new ArgumentException($"Image set '{name}' names no class.", nameof(classNames));

        long expected = (long)labels.Length * height * width * Channels;
        if (pixels.LongLength != expected)
        {
            throw new ArgumentException(
                $"Image set '{name}' has {labels.Length} labels, so its {height}x{width}x{Channels} images need {expected} bytes, not {pixels.LongLength}.",
                nameof(pixels));
        }

        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classNames.Count)
            {
                throw new ArgumentException(
                    $"Image {i} of set '{name}' has label {labels[i]}, outside 0..{classNames.Count - 1}.", nameof(labels));
            }
        }

        Name = name;
        Height = height;
        Width = width;
        Pixels = pixels;
        Labels = labels;
        ClassNames = classNames;
    }

    /// <summary>What the set is called in reports.</summary>
    public string Name { get; }

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>Number of classes.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>Image height in pixels.</summary>
    public int Height { get; }

    /// <summary>Image width in pixels.</summary>
    public int Width { get; }

    /// <summary>Bytes of one image: height * width * 3.</summary>
    public int ImageBytes => Height * Width * Channels;

    /// <summary>All pixels, [Count, Height, Width, 3], R G B interleaved.</summary>
    public byte[] Pixels { get; }

    /// <summary>The class of each image, in [0, Classes).</summary>
    public int[] Labels { get; }

    /// <summary>The name of each class, in label order.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The pixels of one image, [Height, Width, 3].</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not in [0, Count).</exception>
    public ReadOnlySpan<byte> Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return Pixels.AsSpan(checked(index * ImageBytes), ImageBytes);
    }

    /// <summary>A copy of the chosen images, in the order given; an index may repeat.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is not in [0, Count).</exception>
    public ImageSet Subset(ReadOnlySpan<int> indices)
    {
        var pixels = new byte[checked(indices.Length * ImageBytes)];
        var labels = new int[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            Image(indices[i]).CopyTo(pixels.AsSpan(i * ImageBytes));
            labels[i] = Labels[indices[i]];
        }

        return new ImageSet(Name, Height, Width, pixels, labels, ClassNames);
    }

    /// <summary>Puts images aside by chance, to judge a training by. Both parts keep the set's order.</summary>
    /// <param name="heldOut">How many.</param>
    /// <param name="seed">Decides which; equal seeds choose equally.</param>
    /// <returns>Copies of the other images, and of those put aside.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="heldOut"/> is negative or more than there are.</exception>
    public (ImageSet Others, ImageSet HeldOut) Split(int heldOut, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(heldOut);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(heldOut, Count);
        int[] order = [.. Enumerable.Range(0, Count)];
        new RandomStream(seed, HoldOutStream).Shuffle(order);
        Span<int> aside = order.AsSpan(0, heldOut), others = order.AsSpan(heldOut);
        aside.Sort();
        others.Sort();
        return (Subset(others), Subset(aside));
    }

    /// <summary>A copy of the first <paramref name="count"/> images.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or more than there are.</exception>
    public ImageSet Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        return new ImageSet(Name, Height, Width, Pixels[..(count * ImageBytes)], Labels[..count], ClassNames);
    }
}
