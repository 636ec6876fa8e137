namespace RawFuse;

/// <summary>The sizes of a tensor's dimensions, up to four, outermost first. Images are [N, H, W, C].</summary>
public readonly record struct Shape
{
    private readonly int d0, d1, d2, d3, length;

    /// <summary>Makes a shape; no sizes at all is a single number.</summary>
    /// <exception cref="ShapeException">There are more than four sizes, one is negative, or the product exceeds 2^31 - 1.</exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        if (sizes.Length > 4) throw new ShapeException($"A tensor has at most 4 dimensions, not {sizes.Length}.");
        Rank = sizes.Length;
        long product = 1;
        foreach (int size in sizes)
        {
            if (size < 0) throw new ShapeException($"A dimension cannot be {size}.");
            product *= size;
            if (product > int.MaxValue) throw new ShapeException($"[{string.Join(", ", sizes.ToArray())}] has more than 2^31 - 1 elements.");
        }

        length = (int)product;
        d0 = Rank > 0 ? sizes[0] : 0;
        d1 = Rank > 1 ? sizes[1] : 0;
        d2 = Rank > 2 ? sizes[2] : 0;
        d3 = Rank > 3 ? sizes[3] : 0;
        if (Rank == 0) length = 0;
    }

    /// <summary>Number of dimensions, 0 to 4.</summary>
    public int Rank { get; }

    /// <summary>Number of elements; 1 for a single number, which is also the default shape.</summary>
    public int Length => Rank == 0 ? 1 : length;

    /// <summary>Size of a dimension.</summary>
    /// <param name="dimension">0 for the outermost; negative numbers count from the innermost, -1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    public int this[int dimension]
    {
        get
        {
            int at = dimension < 0 ? Rank + dimension : dimension;
            if ((uint)at >= (uint)Rank) throw new ArgumentOutOfRangeException(nameof(dimension), $"{this} has no dimension {dimension}.");
            return at switch { 0 => d0, 1 => d1, 2 => d2, _ => d3 };
        }
    }

    /// <summary>Whether these are the innermost dimensions of another shape, so that values can be repeated over the others.</summary>
    public bool IsSuffixOf(Shape other)
    {
        for (int i = 1; i <= Rank; i++)
            if (i > other.Rank || this[-i] != other[-i])
                return false;
        return true;
    }

    /// <summary>The sizes as an array.</summary>
    public int[] ToArray() => [.. new[] { d0, d1, d2, d3 }.AsSpan(0, Rank)];

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", ToArray())}]";
}
