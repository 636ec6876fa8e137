namespace RawFuse.Datasets;

/// <summary>Makes a set of one file per image.</summary>
internal static class ImageFiles
{
    /// <summary>Reads files on all threads; an image depends on its file alone.</summary>
    /// <param name="dataSet">The data set as messages name it.</param>
    /// <param name="name">What the set is called in reports.</param>
    /// <param name="side">Height and width of the images in pixels.</param>
    /// <param name="files">The files and their classes, in order.</param>
    /// <param name="classNames">The name of each class, in label order.</param>
    /// <param name="read">Reads a file as [side, side, 3] bytes, or throws a <see cref="DatasetException"/>.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="DatasetException">There are too many images, or <paramref name="read"/> refused one; that of the first such file.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ImageSet Load(
        string dataSet, string name, int side, IReadOnlyList<(string Path, int Label)> files, IReadOnlyList<string> classNames, Func<string, byte[]> read,
        CancellationToken cancellationToken)
    {
        byte[] pixels = PixelArray.Allocate(dataSet, files.Count, side);
        var refusals = new DatasetException?[files.Count];
        int imageBytes = side * side * ImageSet.Channels;
        Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = cancellationToken }, (i, state) =>
        {
            try
            {
                read(files[i].Path).CopyTo(pixels, i * imageBytes);
            }
            catch (DatasetException refusal)
            {
                // All files before this one are still read, so that the first bad one is told of, whatever the threads do.
                refusals[i] = refusal;
                state.Break();
            }
        });
        if (Array.Find(refusals, refusal => refusal is not null) is { } first) throw first;
        return new ImageSet(name, side, side, pixels, [.. files.Select(file => file.Label)], classNames);
    }
}
