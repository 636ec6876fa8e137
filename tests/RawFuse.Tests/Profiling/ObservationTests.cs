using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using RawFuse.Kernels;

namespace RawFuse.Tests.Profiling;

/// <summary>Listeners, events and metrics see exactly the kernels that ran, in whatever way they listen.</summary>
public sealed class ObservationTests : IDisposable
{
    /// <summary>What <see cref="RunThree"/> runs.</summary>
    private static readonly (string Kernel, KernelCost Cost)[] Three =
    [
        ("Fill<Single>", new KernelCost(0, 400, "100")), ("Map<Relu>", new KernelCost(100, 800, "100")), ("Zip<Add>", new KernelCost(100, 1200, "100")),
    ];

    private readonly CpuDevice device = new(2);

    public void Dispose() => device.Dispose();

    [Fact]
    public void AListenerIsToldOfEveryKernelInItsOrder()
    {
        var listener = new RecordingListener();
        RunThree();
        device.Listener = listener;
        RunThree();
        device.Listener = null;
        RunThree();
        Assert.Equal(Three, listener.Kernels.Select(kernel => (kernel.Kernel, kernel.Cost!.Value)));
        Assert.Empty(listener.Phases);
        long before = 0;
        foreach (KernelRecord kernel in listener.Kernels)
        {
            Assert.InRange(kernel.Start, before, kernel.Stop);
            before = kernel.Stop;
        }
    }

    [Fact]
    public void PhasesEncloseTheirKernels()
    {
        var listener = new RecordingListener();
        device.Listener = listener;
        using (device.Phase("outer"))
        {
            using (device.Phase("inner")) RunThree();
        }

        Assert.Equal(["inner", "outer"], listener.Phases.Select(phase => phase.Name));
        PhaseRecord inner = listener.Phases[0], outer = listener.Phases[1];
        Assert.InRange(listener.Kernels[0].Start, inner.Start, inner.Stop);
        Assert.InRange(listener.Kernels[^1].Stop, inner.Start, inner.Stop);
        Assert.True(outer.Start <= inner.Start && inner.Stop <= outer.Stop);
    }

    /// <summary>A phase that began when nobody listened is nobody's.</summary>
    [Fact]
    public void PhasesBegunUnobservedAreNotReported()
    {
        var listener = new RecordingListener();
        using (device.Phase("early")) device.Listener = listener;
        Assert.Empty(listener.Phases);
    }

    [Fact]
    public void AKernelThatFailsIsNotReported()
    {
        var listener = new RecordingListener();
        device.Listener = listener;
        using Storage<float> x = device.Allocate<float>(4);
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Run<Fill<float>, FillArgs<float>>(new(x, 5, 1)));
        Assert.Empty(listener.Kernels);
    }

    /// <summary>A GPU is not made to wait between kernels: it tells of them when the host waits for it, those who listened when they ran.</summary>
    [Fact]
    public void TheEmulatorTellsWhenItIsWaitedFor()
    {
        using GpuDevice emulator = GpuDevice.Emulator();
        RecordingListener first = new(), second = new();
        using Storage<float> x = emulator.Allocate<float>(4);
        emulator.Listener = first;
        long before = Stopwatch.GetTimestamp();
        using (emulator.Phase("outer"))
        {
            using (emulator.Phase("inner"))
            {
                emulator.Run<Fill<float>, FillArgs<float>>(new(x, 4, 1));
                emulator.Run<Map<Relu>, MapArgs<Relu>>(new(x, x, 4, default));
            }

            Assert.Empty(first.Kernels);
            Assert.Empty(first.Phases);
            x.ToArray();
            Assert.Equal(["Fill<Single>", "Map<Relu>"], first.Kernels.Select(kernel => kernel.Kernel));
            Assert.Equal(["inner"], first.Phases.Select(phase => phase.Name));
            emulator.Run<Fill<float>, FillArgs<float>>(new(x, 4, 1));
        }

        emulator.Listener = second;
        emulator.Run<Fill<float>, FillArgs<float>>(new(x, 3, 1));
        emulator.Listener = null;
        emulator.Synchronize();
        Assert.Equal(["16", "4", "16"], first.Kernels.Select((kernel, i) => i == 1 ? kernel.Cost!.Value.Detail : $"{kernel.Cost!.Value.Bytes}"));
        Assert.Equal(["inner", "outer"], first.Phases.Select(phase => phase.Name));
        Assert.Equal(12, Assert.Single(second.Kernels).Cost!.Value.Bytes);

        // The emulator's clock has a tenth of a microsecond; it and the host's meet within the time it takes to look at both.
        long slack = Stopwatch.Frequency / 100;
        foreach (KernelRecord kernel in first.Kernels.Concat(second.Kernels))
        {
            Assert.InRange(kernel.Start, before - slack, kernel.Stop);
            before = kernel.Stop;
        }

        PhaseRecord inner = first.Phases[0], outer = first.Phases[1];
        Assert.True(inner.Start <= first.Kernels[0].Start && first.Kernels[1].Stop <= inner.Stop && first.Kernels[0].Start < first.Kernels[1].Stop);
        Assert.True(outer.Start <= inner.Start && first.Kernels[2].Stop <= outer.Stop && outer.Stop <= Stopwatch.GetTimestamp() + slack);
    }

    [Fact]
    public void EventsSayWhatRan()
    {
        using var events = new Events();
        using (device.Phase("three")) RunThree();
        events.Stop();
        RunThree();
        Assert.Equal(
            Three.Select(each => ("KernelDone", each.Kernel, each.Cost.Detail, each.Cost.Flops, each.Cost.Bytes)),
            events.Seen.Where(seen => seen.Name == "KernelDone").Select(seen => (seen.Name, (string)seen["kernel"], (string)seen["detail"], (long)seen["flops"], (long)seen["bytes"])));
        Events.Event phase = events.Seen[^1];
        Assert.Equal(("PhaseDone", "three"), (phase.Name, phase["phase"]));
        Assert.Equal(4, events.Seen.Count);
        Assert.InRange(events.Seen[..^1].Sum(seen => (double)seen["microseconds"]), 1e-3, (double)phase["microseconds"]);
    }

    [Fact]
    public void MetricsCountWhatRan()
    {
        var calls = new List<(string Instrument, double Value, string Kernel)>();
        int thread = Environment.CurrentManagedThreadId;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "RawFuse.Kernels" && instrument.Name.StartsWith("rawfuse.kernel.", StringComparison.Ordinal)) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
        RunThree();
        listener.Start();
        RunThree();
        listener.Dispose();
        RunThree();
        Assert.Equal(Three.Select(each => each.Kernel), Of("rawfuse.kernel.calls").Select(call => call.Kernel));
        Assert.All(Of("rawfuse.kernel.calls"), call => Assert.Equal(1, call.Value));
        Assert.Equal(Three.Select(each => (double)each.Cost.Flops), Of("rawfuse.kernel.flops").Select(call => call.Value));
        Assert.Equal(Three.Select(each => (double)each.Cost.Bytes), Of("rawfuse.kernel.bytes").Select(call => call.Value));
        Assert.Equal(3, Of("rawfuse.kernel.duration").Count);
        Assert.All(Of("rawfuse.kernel.duration"), call => Assert.InRange(call.Value, 0, 10));

        List<(string Instrument, double Value, string Kernel)> Of(string instrument) => calls.FindAll(call => call.Instrument == instrument);

        // Other tests' kernels run at the same time.
        void Add(string instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (Environment.CurrentManagedThreadId != thread) return;
            Assert.Equal("kernel", tags[0].Key);
            calls.Add((instrument, value, (string)tags[0].Value!));
        }
    }

    /// <summary>Devices of the same name count together, so a name that no other test's device has.</summary>
    [Fact]
    public void PoolsAreMeasuredWhileTheirDeviceLives()
    {
        var own = new CpuDevice(7);
        string name = own.Name;
        var second = new CpuDevice(7);
        using Storage<byte> x = own.Allocate<byte>(1000), y = second.Allocate<byte>(3000);
        own.Allocate<byte>(5000).Dispose();
        Assert.Equal(own.Pool.BytesInUse + second.Pool.BytesInUse, Measure("rawfuse.pool.used", name));
        Assert.Equal(own.Pool.BytesReserved + second.Pool.BytesReserved, Measure("rawfuse.pool.reserved", name));
        second.Dispose();
        Assert.Equal(own.Pool.BytesReserved, Measure("rawfuse.pool.reserved", name));
        own.Dispose();
        Assert.Null(Measure("rawfuse.pool.used", name));
    }

    private static long? Measure(string name, string device)
    {
        long? found = null;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == name) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (Equals(tags[0].Value, device)) found = value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return found;
    }

    private void RunThree()
    {
        using Storage<float> x = device.Allocate<float>(100), y = device.Allocate<float>(100);
        device.Run<Fill<float>, FillArgs<float>>(new(x, 100, 1));
        device.Run<Map<Relu>, MapArgs<Relu>>(new(x, y, 100, default));
        device.Run<Zip<Add>, ZipArgs>(new(x, y, y, 100, 100));
    }

    /// <summary>The events of the thread that made this; other tests' kernels run at the same time.</summary>
    private sealed class Events : EventListener
    {
        private readonly int thread = Environment.CurrentManagedThreadId;
        private EventSource? source;

        public List<Event> Seen { get; } = [];

        public void Stop() => DisableEvents(source!);

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name != "RawFuse-Kernels") return;
            source = eventSource;
            EnableEvents(eventSource, EventLevel.Informational);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (Environment.CurrentManagedThreadId == thread) Seen.Add(new Event(eventData.EventName!, [.. eventData.PayloadNames!.Zip(eventData.Payload!)]));
        }

        public sealed record Event(string Name, (string Name, object? Value)[] Payload)
        {
            public object this[string name] => Payload.Single(each => each.Name == name).Value!;
        }
    }
}
