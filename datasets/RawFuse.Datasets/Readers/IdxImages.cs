namespace RawFuse.Datasets;

/// <summary>
/// Grey 28x28 images in idx files under MNIST's names, as 32x32 RGB: three equal channels, framed by two black pixels on each side, since the networks here halve
/// images three times or five and need sides that are multiples of 8.
/// </summary>
/// <param name="dataSet">The data set as messages name it.</param>
/// <param name="classNames">The name of each class, in label order.</param>
internal sealed class IdxImages(string dataSet, IReadOnlyList<string> classNames)
{
    private const int IdxSide = 28, Side = 32, Frame = (Side - IdxSide) / 2;

    /// <summary>Reads the two files of a split.</summary>
    /// <param name="name">What the set is called in reports.</param>
    /// <param name="folder">The folder that holds them.</param>
    /// <param name="prefix">What their names begin with: train or t10k.</param>
    /// <exception cref="DatasetException">The folder or a file is missing, unreadable or malformed, or the two do not go together.</exception>
    public ImageSet Load(string name, string folder, string prefix)
    {
        string imagesName = $"{prefix}-images-idx3-ubyte", labelsName = $"{prefix}-labels-idx1-ubyte";
        DatasetFile.RequireFolder(dataSet, folder, $"a folder with {imagesName} and {labelsName}, plain or as .gz");
        (_, byte[] grey) = IdxFile.Read(dataSet, folder, imagesName, IdxSide, IdxSide);
        (string path, byte[] labels) = IdxFile.Read(dataSet, folder, labelsName);
        int count = grey.Length / (IdxSide * IdxSide);
        if (labels.Length != count) throw new DatasetException($"{dataSet} file '{path}' has {labels.Length} labels; expected {count}, one for each image.");
        int bad = Array.FindIndex(labels, label => label >= classNames.Count);
        if (bad >= 0)
            throw new DatasetException($"{dataSet} file '{path}' has label {labels[bad]} at place {bad} (counted from 0); expected 0..{classNames.Count - 1}.");

        byte[] pixels = PixelArray.Allocate(dataSet, count, Side);
        for (int row = 0; row < count * IdxSide; row++)
        {
            (int image, int y) = Math.DivRem(row, IdxSide);
            int to = ((((image * Side) + y + Frame) * Side) + Frame) * ImageSet.Channels;
            for (int x = 0; x < IdxSide; x++, to += ImageSet.Channels) pixels.AsSpan(to, ImageSet.Channels).Fill(grey[(row * IdxSide) + x]);
        }

        return new ImageSet(name, Side, Side, pixels, [.. labels.Select(label => (int)label)], classNames);
    }
}
