using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;

namespace RawFuse.Kernels;

/// <summary>
/// Kernels and memory as metrics of the meter <c>RawFuse.Kernels</c>, for <c>dotnet-counters</c>, OpenTelemetry and every other <see cref="MeterListener"/>:
/// per kernel (tag <c>kernel</c>) a histogram of durations and counters of calls, operations and bytes; per device (tag <c>device</c>) the bytes of its pool.
/// </summary>
internal static class KernelMeter
{
    private static readonly Lock Gate = new();
    private static readonly List<WeakReference<Device>> Devices = [];

    private static readonly Meter Meter = Create();
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("rawfuse.kernel.duration", "s", "Time of a kernel.");
    private static readonly Counter<long> Calls = Meter.CreateCounter<long>("rawfuse.kernel.calls", "{call}", "Runs of a kernel.");
    private static readonly Counter<long> Flops = Meter.CreateCounter<long>("rawfuse.kernel.flops", "{operation}", "Floating-point operations of a kernel.");
    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>("rawfuse.kernel.bytes", "By", "Bytes a kernel must read and write at least.");

    /// <summary>
    /// Whether the program has metrics at all: a constant false in one that is trimmed without them (<c>MetricsSupport</c>), which removes all of this.
    /// </summary>
    [FeatureSwitchDefinition("System.Diagnostics.Metrics.Meter.IsSupported")]
    private static bool IsSupported { get; } =
        !AppContext.TryGetSwitch("System.Diagnostics.Metrics.Meter.IsSupported", out bool isSupported) || isSupported;

    /// <summary>Whether anyone measures kernels.</summary>
    public static bool IsOn => IsSupported && (Duration.Enabled || Calls.Enabled || Flops.Enabled || Bytes.Enabled);

    /// <summary>Makes a device's pool visible, as long as the device lives.</summary>
    public static void Add(Device device)
    {
        if (!IsSupported) return;
        lock (Gate)
        {
            Devices.RemoveAll(known => !known.TryGetTarget(out _));
            Devices.Add(new WeakReference<Device>(device));
        }
    }

    /// <summary>Forgets a device.</summary>
    public static void Remove(Device device)
    {
        if (!IsSupported) return;
        lock (Gate) Devices.RemoveAll(known => !known.TryGetTarget(out Device? one) || one == device);
    }

    public static void Report(in KernelRecord kernel)
    {
        if (!IsOn) return;
        var tag = new KeyValuePair<string, object?>("kernel", kernel.Kernel);
        Duration.Record(Stopwatch.GetElapsedTime(kernel.Start, kernel.Stop).TotalSeconds, tag);
        Calls.Add(1, tag);
        if (kernel.Cost is not { } cost) return;
        Flops.Add(cost.Flops, tag);
        Bytes.Add(cost.Bytes, tag);
    }

    private static Meter Create()
    {
        var meter = new Meter("RawFuse.Kernels");
        meter.CreateObservableUpDownCounter("rawfuse.pool.used", () => Measure(pool => pool.BytesInUse), "By", "Memory of live buffers.");
        meter.CreateObservableUpDownCounter("rawfuse.pool.reserved", () => Measure(pool => pool.BytesReserved), "By", "Memory taken from the system.");
        return meter;
    }

    /// <summary>One measurement per device name: what has the same tags counts together.</summary>
    private static IEnumerable<Measurement<long>> Measure(Func<MemoryPool, long> value)
    {
        var sums = new Dictionary<string, long>();
        lock (Gate)
        {
            foreach (WeakReference<Device> known in Devices)
                if (known.TryGetTarget(out Device? device))
                    sums[device.Name] = sums.GetValueOrDefault(device.Name) + value(device.Pool);
        }

        return sums.Select(sum => new Measurement<long>(sum.Value, new KeyValuePair<string, object?>("device", sum.Key)));
    }
}
