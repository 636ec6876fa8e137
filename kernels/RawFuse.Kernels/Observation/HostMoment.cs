using System.Diagnostics;

namespace RawFuse.Kernels;

/// <summary>Now.</summary>
internal sealed class HostMoment : Moment
{
    public override long Timestamp { get; } = Stopwatch.GetTimestamp();
}
