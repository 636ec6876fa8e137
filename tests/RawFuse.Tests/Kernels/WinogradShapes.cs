namespace RawFuse.Tests.Kernels;

/// <summary>Convolutions with every remainder of tiles and channels.</summary>
public static class WinogradShapes
{
    /// <summary>Height, width, input and output channels, padding.</summary>
    public static TheoryData<int, int, int, int, int> All()
    {
        var shapes = new TheoryData<int, int, int, int, int>();
        foreach (int size in (int[])[1, 2, 3, 4, 5, 6, 7, 8, 9]) shapes.Add(size, ((size + 3) % 9) + 1, 5, 7, 1);
        foreach (int padding in (int[])[0, 2]) shapes.Add(5, 6, 9, 3, padding);
        foreach (int channels in (int[])[1, 2, 3, 4, 8, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 100, 129])
        {
            shapes.Add(4, 5, channels, 6, 1);
            shapes.Add(5, 4, 6, channels, 1);
        }

        shapes.Add(3, 7, 70, 70, 1);
        shapes.Add(13, 21, 20, 140, 1);
        shapes.Add(12, 12, 130, 66, 2);
        shapes.Add(32, 32, 5, 4, 1);
        return shapes;
    }
}
