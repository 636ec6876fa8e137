using System.Diagnostics;
using ILGPU.Runtime;

namespace RawFuse.Kernels;

/// <summary>A marker in a GPU's stream, whose time is read later.</summary>
internal sealed class GpuMoment(ProfilingMarker marker) : Moment
{
    private long? timestamp;

    public override long Timestamp => timestamp ?? throw new InvalidOperationException("The stream's markers have not been read.");

    /// <summary>Reads the time and gives the marker back. CUDA counts in half microseconds.</summary>
    /// <param name="origin">A marker before this one.</param>
    /// <param name="originTimestamp">Its time on the host's clock.</param>
    public void Read(ProfilingMarker origin, long originTimestamp)
    {
        timestamp = originTimestamp + (long)(marker.MeasureFrom(origin).TotalSeconds * Stopwatch.Frequency);
        marker.Dispose();
    }
}
