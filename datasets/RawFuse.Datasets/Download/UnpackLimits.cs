namespace RawFuse.Datasets.Download;

/// <summary>What an archive may become at most, so that a hostile one cannot fill the disk.</summary>
/// <param name="Bytes">Bytes of all its files.</param>
/// <param name="Files">Number of its files.</param>
internal sealed record UnpackLimits(long Bytes, int Files)
{
    /// <summary>Ten times the largest known data set.</summary>
    public static UnpackLimits Standard { get; } = new(4L << 30, 500_000);
}
