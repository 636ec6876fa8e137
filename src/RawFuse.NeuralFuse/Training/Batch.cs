using RawFuse.Kernels;

namespace RawFuse.NeuralFuse.Training;

/// <summary>A mini-batch on a device.</summary>
public sealed class Batch : IDisposable
{
    private Batch(Tensor images, int[] labels)
    {
        Images = images;
        Labels = labels;
    }

    /// <summary>[N, H, W, 3], values in [-1, 1].</summary>
    public Tensor Images { get; }

    /// <summary>A label per image.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Number of images.</summary>
    public int Count => Labels.Count;

    /// <summary>Reads a batch from a source.</summary>
    public static Batch From(IImageSource source, ReadOnlySpan<int> numbers, int epoch, Device device)
    {
        var shape = new Shape(numbers.Length, source.Height, source.Width, 3);
        float[] pixels = System.Buffers.ArrayPool<float>.Shared.Rent(shape.Length);
        try
        {
            var labels = new int[numbers.Length];
            source.Fill(numbers, epoch, pixels.AsSpan(0, shape.Length), labels);
            foreach (int label in labels)
                if ((uint)label >= (uint)source.Classes) throw new ArgumentException($"An image has label {label}; with {source.Classes} classes, 0 to {source.Classes - 1} are expected.");
            return new Batch(Tensor.From(device, shape, pixels.AsSpan(0, shape.Length)), labels);
        }
        finally
        {
            System.Buffers.ArrayPool<float>.Shared.Return(pixels);
        }
    }

    /// <summary>Refuses a classifier that does not know exactly a source's classes.</summary>
    internal static void CheckClasses(NetworkDefinition classifier, IImageSource source)
    {
        if (classifier.Output.Channels != source.Classes)
            throw new ArgumentException($"Network '{classifier.Name}' tells {classifier.Output.Channels} classes apart, the images have {source.Classes}.");
    }

    /// <summary>The labels on the device.</summary>
    internal Storage<int> UploadLabels() => Images.Device.Allocate<int>([.. Labels]);

    /// <inheritdoc/>
    public void Dispose() => Images.Dispose();
}
