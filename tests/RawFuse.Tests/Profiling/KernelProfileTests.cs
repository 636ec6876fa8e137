using System.Diagnostics;
using System.Text.Json;
using RawFuse.Kernels;
using RawFuse.Profiling;
using RawFuse.Tests.Serialization;
using RawFuse.Tests.Support;

namespace RawFuse.Tests.Profiling;

/// <summary>What becomes of records: sums, shares of limits, traces.</summary>
public sealed class KernelProfileTests
{
    private static readonly long Second = Stopwatch.Frequency;

    /// <summary>10 GFLOP/s and 1 GB/s: intensities above 10 are bound by multiply-adds.</summary>
    private static readonly MachineLimits Limits = new(10, 1);

    [Fact]
    public void KernelsAreAddedUpByNameOrByShape()
    {
        KernelProfile profile = Sample();
        IReadOnlyList<KernelSummary> byKernel = profile.Summarize(byDetail: false, Limits);

        // Longest first. The limit of a kernel is that of each of its runs: 2 s and 1 s of multiply-adds, 1 s of copies.
        Assert.Equal(
            [
                new KernelSummary("Conv", null, 2, 7, 30_000_000_000, 200_000_000, 3), new KernelSummary("Copy", null, 1, 2, 0, 1_000_000_000, 1),
                new KernelSummary("Unknown", null, 1, 1, 0, 0, null),
            ],
            byKernel);
        Assert.Equal(30.0 / 7, byKernel[0].Gflops!.Value, 1e-12);
        Assert.Equal(0.2 / 7, byKernel[0].Gigabytes!.Value, 1e-12);
        Assert.Equal(150, byKernel[0].Intensity);
        Assert.Equal(3.0 / 7, byKernel[0].ShareOfLimit);
        Assert.Equal((0, 0.5, 0), (byKernel[1].Gflops, byKernel[1].ShareOfLimit, byKernel[1].Intensity));
        Assert.Equal((null, null, null, null), (byKernel[2].Gflops, byKernel[2].Gigabytes, byKernel[2].Intensity, byKernel[2].ShareOfLimit));

        Assert.Equal(
            [("Conv", "small", 1), ("Conv", "large", 1), ("Copy", "c", 1), ("Unknown", null, 1)],
            profile.Summarize(byDetail: true, null).Select(line => (line.Kernel, line.Detail, line.Calls)));
        Assert.All(profile.Summarize(byDetail: true, null), line => Assert.Null(line.LimitSeconds));
        Assert.Equal(10, profile.KernelSeconds, 1e-9);
    }

    [Fact]
    public void PhasesKnowTheTimeOfTheirKernels()
    {
        var profile = new KernelProfile();
        profile.OnKernel(new KernelRecord("before", 0, 1 * Second, null));
        profile.OnKernel(new KernelRecord("inside", 2 * Second, 3 * Second, null));
        profile.OnPhase(new PhaseRecord("inner", 1 * Second, 4 * Second));
        profile.OnKernel(new KernelRecord("later", 5 * Second, 7 * Second, null));
        profile.OnPhase(new PhaseRecord("outer", 1 * Second, 8 * Second));
        profile.OnPhase(new PhaseRecord("inner", 9 * Second, 10 * Second));
        Assert.Equal([new PhaseSummary("inner", 2, 4, 1), new PhaseSummary("outer", 1, 7, 3)], profile.SummarizePhases());
    }

    [Fact]
    public void AnEmptyProfileIsEmpty()
    {
        var profile = new KernelProfile();
        Assert.Empty(profile.Summarize(byDetail: false, Limits));
        Assert.Empty(profile.SummarizePhases());
        Assert.Equal(0, profile.KernelSeconds);
        Assert.Equal(1, Trace(profile, "nothing").GetProperty("traceEvents").GetArrayLength());
    }

    [Fact]
    public void ARunOfNoTimeHasNoRate()
    {
        var profile = new KernelProfile();
        profile.OnKernel(new KernelRecord("quick", 5, 5, new KernelCost(1, 1, "1")));
        KernelSummary line = profile.Summarize(byDetail: false, Limits).Single();
        Assert.Equal((null, null, null), (line.Gflops, line.Gigabytes, line.ShareOfLimit));
        Assert.False(Trace(profile, "quick").GetProperty("traceEvents")[1].GetProperty("args").TryGetProperty("GB/s", out _));
    }

    [Fact]
    public void RooflineIsTheSmallerOfBothLimits()
    {
        Assert.Equal(2, Limits.Seconds(20_000_000_000, 1_000_000_000));
        Assert.Equal(1, Limits.Seconds(5_000_000_000, 1_000_000_000));
        Assert.True(Limits.IsBoundByFma(20_000_000_000, 1_000_000_000));
        Assert.False(Limits.IsBoundByFma(5_000_000_000, 1_000_000_000));
        Assert.Equal(new MachineLimits(10, 2), Limits.Or(new MachineLimits(9, 2)));
    }

    [Fact]
    public void TheTraceHasEverySliceWhereItWas()
    {
        var profile = new KernelProfile();
        long origin = 1234567;
        long micro = Second / 1_000_000;
        profile.OnKernel(new KernelRecord("Map<Relu>", origin + (10 * micro), origin + (30 * micro), new KernelCost(100, 800, "100 \"elements\"")));
        profile.OnKernel(new KernelRecord("Unknown", origin + (30 * micro), origin + (31 * micro), null));
        profile.OnPhase(new PhaseRecord("forward", origin, origin + (40 * micro)));
        JsonElement trace = Trace(profile, "a model");
        Assert.Equal("ms", trace.GetProperty("displayTimeUnit").GetString());
        JsonElement[] events = [.. trace.GetProperty("traceEvents").EnumerateArray()];
        Assert.Equal(("M", "a model"), (events[0].GetProperty("ph").GetString(), events[0].GetProperty("args").GetProperty("name").GetString()));

        // A phase comes before the kernels in it.
        Assert.Equal(
            [("forward", "phase", 0, 40), ("Map<Relu>", "kernel", 10, 20), ("Unknown", "kernel", 30, 1)],
            events[1..].Select(slice => (
                slice.GetProperty("name").GetString(), slice.GetProperty("cat").GetString(), slice.GetProperty("ts").GetInt32(), slice.GetProperty("dur").GetInt32())));
        Assert.All(events[1..], slice =>
        {
            Assert.Equal("X", slice.GetProperty("ph").GetString());
            Assert.Equal((1, Environment.CurrentManagedThreadId), (slice.GetProperty("pid").GetInt32(), slice.GetProperty("tid").GetInt32()));
        });
        JsonElement args = events[2].GetProperty("args");
        Assert.Equal(("100 \"elements\"", 100, 800), (args.GetProperty("detail").GetString(), args.GetProperty("flops").GetInt64(), args.GetProperty("bytes").GetInt64()));
        Assert.Equal((0.005, 0.04), (args.GetProperty("GFLOP/s").GetDouble(), args.GetProperty("GB/s").GetDouble()));
        Assert.False(events[3].TryGetProperty("args", out _));
    }

    [Fact]
    public void TheTraceFileAppearsComplete()
    {
        using var folder = new TemporaryFolder();
        ChromeTrace.Write(Sample(), "sample", folder.File("t.json"));
        Assert.Equal(["t.json"], folder.Names);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(folder.File("t.json")));
        Assert.Equal(5, document.RootElement.GetProperty("traceEvents").GetArrayLength());
    }

    [Fact]
    public void TheProfilerObservesTheRunsItIsAskedFor()
    {
        using var device = new CpuDevice(1);
        int runs = 0;
        var shares = new List<double>();
        ProfileResult result = Profiler.Run(device, Work, repeat: 3, new Heard<double>(shares.Add));
        Assert.Equal(3, result.RunSeconds.Count);
        Assert.Equal(3, result.Profile.Kernels.Count);
        Assert.True(runs > 6);
        Assert.InRange(result.MeanKernelSeconds, 1e-9, result.MeanSeconds);
        Assert.InRange(result.ManagedBytes, 1, 1000);
        Assert.Equal(device.Pool.PeakBytesInUse, result.PoolPeakBytes);
        Assert.Null(device.Listener);
        Assert.Equal(1, shares[^1]);

        Assert.Throws<OperationCanceledException>(() => Profiler.Run(device, Work, 1, cancellationToken: new CancellationToken(true)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Profiler.Run(device, Work, 0));

        void Work()
        {
            runs++;
            using Storage<float> x = device.Allocate<float>(100_000);
            device.Run<Fill<float>, FillArgs<float>>(new(x, 100_000, 1));
        }
    }

    [Fact]
    public void AFailureLeavesNoListenerBehind()
    {
        using var device = new CpuDevice(1);
        int runs = 0;
        Assert.Throws<InvalidOperationException>(() => Profiler.Run(device, () =>
        {
            runs++;
            if (device.Listener is not null) throw new InvalidOperationException();
        }, 1));
        Assert.Null(device.Listener);
    }

    private static KernelProfile Sample()
    {
        var profile = new KernelProfile();
        profile.OnKernel(new KernelRecord("Conv", 0, 3 * Second, new KernelCost(10_000_000_000, 100_000_000, "large")));
        profile.OnKernel(new KernelRecord("Copy", 3 * Second, 5 * Second, new KernelCost(0, 1_000_000_000, "c")));
        profile.OnKernel(new KernelRecord("Conv", 5 * Second, 9 * Second, new KernelCost(20_000_000_000, 100_000_000, "small")));
        profile.OnKernel(new KernelRecord("Unknown", 9 * Second, 10 * Second, null));
        return profile;
    }

    private static JsonElement Trace(KernelProfile profile, string name)
    {
        using var stream = new MemoryStream();
        ChromeTrace.Write(profile, name, stream);
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }
}
