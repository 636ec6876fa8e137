using System.Diagnostics;

namespace RawFuse.Kernels;

/// <summary>A moment in a device's work. A CPU knows its time at once, a GPU when it has come to it and the host waits for it anyway.</summary>
internal abstract class Moment
{
    /// <summary>As <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    public abstract long Timestamp { get; }
}
