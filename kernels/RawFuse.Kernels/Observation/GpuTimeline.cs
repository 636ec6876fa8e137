using System.Diagnostics;
using ILGPU.Runtime;

namespace RawFuse.Kernels;

/// <summary>
/// What was observed on a GPU since the host last waited for it. Kernels are timed by markers in their stream, which costs the GPU next to nothing; nobody waits between kernels, and the
/// times are read when the host waits for all of them. (On OpenCL alone ILGPU waits at every marker.)
/// </summary>
internal sealed class GpuTimeline(AcceleratorStream stream)
{
    private readonly Lock gate = new();
    private readonly List<GpuMoment> moments = [];
    private List<Observation> observations = [];

    /// <summary>Where both clocks are known to meet: in the stream, idle then, and on the host.</summary>
    private ProfilingMarker? origin;
    private long originTimestamp;

    public Moment Mark()
    {
        lock (gate)
        {
            if (origin is null)
            {
                stream.Synchronize();
                origin = stream.AddProfilingMarker();
                originTimestamp = Stopwatch.GetTimestamp();
            }

            var moment = new GpuMoment(stream.AddProfilingMarker());
            moments.Add(moment);
            return moment;
        }
    }

    public void Add(in Observation observation)
    {
        lock (gate) observations.Add(observation);
    }

    /// <summary>Reads all times and reports what was observed. It waits for markers that the stream has not come to.</summary>
    public void Report()
    {
        List<Observation> done;
        lock (gate)
        {
            if (origin is null) return;
            foreach (GpuMoment moment in moments) moment.Read(origin, originTimestamp);
            moments.Clear();
            origin.Dispose();
            origin = null;
            done = observations;
            observations = [];
        }

        foreach (Observation observation in done) observation.Report();
    }
}
