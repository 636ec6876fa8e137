namespace RawFuse.Serialization;

/// <summary>The size of an array, computed without trusting its shape.</summary>
internal static class ShapeSize
{
    /// <summary>Computes <paramref name="elementSize"/> times the product of <paramref name="shape"/>; a shape without dimensions has one element.</summary>
    /// <returns>False if a dimension is negative or a product, taken from left to right, leaves the range of a <see cref="long"/>.</returns>
    public static bool TryBytes(ReadOnlySpan<int> shape, int elementSize, out long bytes)
    {
        bytes = elementSize;
        foreach (int dimension in shape)
        {
            if (dimension < 0 || (dimension > 0 && bytes > long.MaxValue / dimension)) return false;
            bytes *= dimension;
        }
        return true;
    }

    /// <summary>The shape as error messages show it, such as <c>[64, 3, 7, 7]</c>.</summary>
    public static string Text(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
