namespace RawFuse.GpuBench;

/// <summary>A line of the table.</summary>
/// <param name="Name">What was timed.</param>
/// <param name="RawFuseMs">Milliseconds RawFuse takes; null where it was not timed.</param>
/// <param name="Against">What it is compared with.</param>
/// <param name="AgainstMs">Milliseconds that takes; null where it is not known.</param>
/// <param name="Target">The least ratio that is wanted; null for none.</param>
internal sealed record TargetRow(string Name, double? RawFuseMs, string Against, double? AgainstMs, double? Target)
{
    /// <summary>How many times as long the other takes: RawFuse's speed, where the other's is 1.</summary>
    public double? Ratio => AgainstMs / RawFuseMs;

    /// <summary>Whether the target is reached; null where there is none or nothing to judge it by.</summary>
    public bool? IsReached => Ratio >= Target ? true : Ratio < Target ? false : null;
}
