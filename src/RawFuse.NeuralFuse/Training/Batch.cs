using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Training;

/// <summary>A mini-batch on a device.</summary>
public sealed class Batch : IDisposable
{
    private Batch(Tensor images, Storage<int> deviceLabels, int[] labels, int epoch)
    {
        Images = images;
        DeviceLabels = deviceLabels;
        Labels = labels;
        Epoch = epoch;
    }

    /// <summary>[N, H, W, 3], values in [-1, 1].</summary>
    public Tensor Images { get; }

    /// <summary>A label per image.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Number of images.</summary>
    public int Count => Labels.Count;

    /// <summary>The epoch that it belongs to, from 0.</summary>
    public int Epoch { get; }

    /// <summary>The labels, where the images are.</summary>
    internal Storage<int> DeviceLabels { get; }

    /// <summary>Reads a single batch from a source. <see cref="BatchReader"/> reads many.</summary>
    /// <exception cref="ArgumentException">A label is none of the source's classes.</exception>
    public static Batch From(IImageSource source, ReadOnlySpan<int> numbers, int epoch, Device device)
    {
        using Uploader uploader = device.CreateUploader();
        return From(source, numbers, epoch, uploader);
    }

    /// <summary>Reads a batch from a source. If that fails, the uploader must not be used again.</summary>
    internal static Batch From(IImageSource source, ReadOnlySpan<int> numbers, int epoch, Uploader uploader)
    {
        var shape = new Shape(numbers.Length, source.Height, source.Width, 3);
        Tensor images = Tensor.Of(uploader.Allocate(shape.Length, out Span<float> pixels), shape);
        Storage<int>? deviceLabels = null;
        try
        {
            deviceLabels = uploader.Allocate(numbers.Length, out Span<int> labels);
            source.Fill(numbers, epoch, pixels, labels);
            foreach (int label in labels)
                if ((uint)label >= (uint)source.Classes) throw new ArgumentException($"An image has label {label}; with {source.Classes} classes, 0 to {source.Classes - 1} are expected.");
            var batch = new Batch(images, deviceLabels, labels.ToArray(), epoch);
            uploader.Complete();
            return batch;
        }
        catch
        {
            deviceLabels?.Dispose();
            images.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a classifier that does not know exactly a source's classes.</summary>
    internal static void CheckClasses(NetworkDefinition classifier, IImageSource source)
    {
        if (classifier.Output.Channels != source.Classes)
            throw new ArgumentException($"Network '{classifier.Name}' tells {classifier.Output.Channels} classes apart, the images have {source.Classes}.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DeviceLabels.Dispose();
        Images.Dispose();
    }
}
