using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.Serialization;

namespace RawFuse.Profiling;

/// <summary>
/// Writes profiles in Chrome's trace event format (complete events, <c>"ph": "X"</c>, times in microseconds), which ui.perfetto.dev and chrome://tracing open.
/// </summary>
public static class ChromeTrace
{
    /// <summary>Written as they are: nobody puts a trace into a web page's source.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file, which appears complete or not at all.</summary>
    /// <param name="profile">What was collected.</param>
    /// <param name="name">What the process is called in the trace.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(KernelProfile profile, string name, string path) => AtomicFile.Write(path, stream => Write(profile, name, stream));

    /// <summary>Writes to a stream.</summary>
    /// <param name="profile">What was collected.</param>
    /// <param name="name">What the process is called in the trace.</param>
    /// <param name="stream">Receives JSON in UTF-8.</param>
    public static void Write(KernelProfile profile, string name, Stream stream)
    {
        // A slice comes before those inside it.
        TraceSlice[] slices = [.. profile.Slices().OrderBy(slice => slice.Start).ThenByDescending(slice => slice.Stop)];
        using var json = new Utf8JsonWriter(stream, Plain);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        json.WriteStartObject();
        json.WriteString("name", "process_name");
        json.WriteString("ph", "M");
        json.WriteNumber("pid", 1);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
        foreach (TraceSlice slice in slices) Write(json, slice, slices[0].Start);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, in TraceSlice slice, long origin)
    {
        json.WriteStartObject();
        json.WriteString("name", slice.Name);
        json.WriteString("cat", slice.IsKernel ? "kernel" : "phase");
        json.WriteString("ph", "X");
        json.WriteNumber("ts", Microseconds(slice.Start - origin));
        json.WriteNumber("dur", Microseconds(slice.Stop - slice.Start));
        json.WriteNumber("pid", 1);
        json.WriteNumber("tid", slice.Thread);
        if (slice.Cost is { } cost)
        {
            double seconds = (double)(slice.Stop - slice.Start) / Stopwatch.Frequency;
            json.WriteStartObject("args");
            json.WriteString("detail", cost.Detail);
            json.WriteNumber("flops", cost.Flops);
            json.WriteNumber("bytes", cost.Bytes);
            if (seconds > 0)
            {
                json.WriteNumber("GFLOP/s", Math.Round(cost.Flops / (1e9 * seconds), 3));
                json.WriteNumber("GB/s", Math.Round(cost.Bytes / (1e9 * seconds), 3));
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>To the nanosecond.</summary>
    private static decimal Microseconds(long ticks) => Math.Round(1_000_000m * ticks / Stopwatch.Frequency, 3);
}
