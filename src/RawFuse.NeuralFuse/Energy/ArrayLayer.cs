namespace RawFuse.NeuralFuse.Energy;

/// <summary>
/// One convolution (or linear layer) as a systolic array sees it: a shape, no data. All sizes are in elements and at least 1;
/// padding is folded into the ifmap (H + 2p); the batch is 1.
/// </summary>
/// <remarks>The properties are read-only so that the checks between them hold for the life of the value, <c>with</c> expressions included.</remarks>
public sealed record ArrayLayer
{
    /// <summary>Describes a layer whose strides differ between the two axes.</summary>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or blank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or a filter is larger than its ifmap.</exception>
    public ArrayLayer(
        string name, int ifmapHeight, int ifmapWidth, int filterHeight, int filterWidth, int channels, int filters,
        int strideHeight, int strideWidth, OfmapRounding rounding = OfmapRounding.Ceiling)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(ifmapHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ifmapWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(filterHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(filterWidth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(filterHeight, ifmapHeight);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(filterWidth, ifmapWidth);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(filters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(strideHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(strideWidth, 1);
        if (!Enum.IsDefined(rounding))
        {
            throw new ArgumentOutOfRangeException(nameof(rounding), rounding, "Unknown rounding.");
        }

        Name = name;
        IfmapHeight = ifmapHeight;
        IfmapWidth = ifmapWidth;
        FilterHeight = filterHeight;
        FilterWidth = filterWidth;
        Channels = channels;
        Filters = filters;
        StrideHeight = strideHeight;
        StrideWidth = strideWidth;
        Rounding = rounding;
    }

    /// <summary>Describes a layer with the same stride on both axes.</summary>
    /// <inheritdoc cref="ArrayLayer(string, int, int, int, int, int, int, int, int, OfmapRounding)"/>
    public ArrayLayer(
        string name, int ifmapHeight, int ifmapWidth, int filterHeight, int filterWidth, int channels, int filters,
        int stride, OfmapRounding rounding = OfmapRounding.Ceiling)
        : this(name, ifmapHeight, ifmapWidth, filterHeight, filterWidth, channels, filters, stride, stride, rounding)
    {
    }

    /// <summary>The layer's name, unique only by the caller's habit.</summary>
    public string Name { get; }

    /// <summary>Ifmap rows H, padding included.</summary>
    public int IfmapHeight { get; }

    /// <summary>Ifmap columns W, padding included.</summary>
    public int IfmapWidth { get; }

    /// <summary>Filter rows R.</summary>
    public int FilterHeight { get; }

    /// <summary>Filter columns S.</summary>
    public int FilterWidth { get; }

    /// <summary>Input channels C.</summary>
    public int Channels { get; }

    /// <summary>Filters Nf, the output channels.</summary>
    public int Filters { get; }

    /// <summary>Vertical step in rows.</summary>
    public int StrideHeight { get; }

    /// <summary>Horizontal step in columns.</summary>
    public int StrideWidth { get; }

    /// <summary>How the ofmap size is rounded where the stride does not divide it.</summary>
    public OfmapRounding Rounding { get; }

    /// <summary>Ofmap rows Eh.</summary>
    public int OfmapHeight => OfmapSize(IfmapHeight, FilterHeight, StrideHeight);

    /// <summary>Ofmap columns Ew.</summary>
    public int OfmapWidth => OfmapSize(IfmapWidth, FilterWidth, StrideWidth);

    /// <summary>Output pixels of one filter, M = Eh * Ew.</summary>
    public long OfmapPixels => (long)OfmapHeight * OfmapWidth;

    /// <summary>Weights of one filter, K = R * S * C.</summary>
    /// <exception cref="OverflowException">K exceeds 64 bits.</exception>
    public long FilterSize => checked((long)FilterHeight * FilterWidth * Channels);

    /// <summary>A linear layer: 1x1 ifmap and filter, <paramref name="inputs"/> channels and <paramref name="outputs"/> filters.</summary>
    /// <inheritdoc cref="ArrayLayer(string, int, int, int, int, int, int, int, int, OfmapRounding)" path="/exception"/>
    public static ArrayLayer Linear(string name, int inputs, int outputs) =>
        new(name, ifmapHeight: 1, ifmapWidth: 1, filterHeight: 1, filterWidth: 1, channels: inputs, filters: outputs, stride: 1);

    private int OfmapSize(int ifmap, int filter, int stride)
    {
        // (H - R + S) / S is (H - R) / S + 1 whichever way it is rounded, and this form cannot overflow: filter <= ifmap.
        (int steps, int rest) = Math.DivRem(ifmap - filter, stride);
        return steps + 1 + (Rounding == OfmapRounding.Ceiling && rest > 0 ? 1 : 0);
    }
}
