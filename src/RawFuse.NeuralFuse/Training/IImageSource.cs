namespace RawFuse.NeuralFuse.Training;

/// <summary>
/// Labelled images in mini-batches. Data sets live in their own library; whoever uses both writes the few lines that join them. Batches for a GPU are read on another thread than the one
/// that trains or evaluates, one call at a time.
/// </summary>
public interface IImageSource
{
    /// <summary>Number of images.</summary>
    int Count { get; }

    /// <summary>Number of classes.</summary>
    int Classes { get; }

    /// <summary>Height of the images in pixels.</summary>
    int Height { get; }

    /// <summary>Width of the images in pixels.</summary>
    int Width { get; }

    /// <summary>Image numbers of an epoch's batches, the same for the same epoch.</summary>
    /// <param name="epoch">From 0.</param>
    IEnumerable<ReadOnlyMemory<int>> Batches(int epoch);

    /// <summary>Writes images and labels.</summary>
    /// <param name="images">Numbers of the images.</param>
    /// <param name="epoch">Whose augmentation to apply.</param>
    /// <param name="nhwc">Receives [images, height, width, 3] values in [-1, 1]; undefined before, so all are to be written.</param>
    /// <param name="labels">Receives a label per image.</param>
    void Fill(ReadOnlySpan<int> images, int epoch, Span<float> nhwc, Span<int> labels);
}
