namespace RawFuse.Datasets;

/// <summary>The array that holds all pixels of a set.</summary>
internal static class PixelArray
{
    /// <summary>Makes the array for square RGB images.</summary>
    /// <param name="dataSet">The data set as messages name it.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="side">Height and width in pixels.</param>
    /// <exception cref="DatasetException">One array cannot hold so many.</exception>
    public static byte[] Allocate(string dataSet, int count, int side)
    {
        long imageBytes = (long)side * side * ImageSet.Channels;
        if (count * imageBytes <= Array.MaxLength) return new byte[count * imageBytes];
        throw new DatasetException(
            $"{dataSet}: {count} images of {side}x{side} pixels need {count * imageBytes} bytes; "
            + $"expected at most {Array.MaxLength / imageBytes} images, which one array can hold.");
    }
}
