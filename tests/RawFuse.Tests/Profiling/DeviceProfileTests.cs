using System.Reflection;
using RawFuse.Cli.Output;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Profiling;
using RawFuse.Profiling;
using RawFuse.Tests.Method;
using Spectre.Console;

namespace RawFuse.Tests.Profiling;

/// <summary>Profiles of what is no CPU.</summary>
public sealed class DeviceProfileTests
{
    [Fact]
    public void TheEmulatorsKernelsAreSeenAndItsLimitsUnknown()
    {
        using GpuDevice device = GpuDevice.Emulator();
        Assert.Null(MachineLimits.Measure(device));
        ProfileReport profile = Observe(device, null);
        Assert.Equal(["Conv2dForward", "MaxPool2d"], profile.Kernels.Select(kernel => kernel.Kernel).Order());
        Assert.All(profile.Kernels, kernel => Assert.True(kernel.Seconds > 0 && kernel.LimitSeconds is null));
        Assert.DoesNotContain("FMA", Print(profile));
    }

    /// <summary>As it is measured on GPUs, where alone its speed means something.</summary>
    [Fact]
    public void MultiplyAddsOfGpusAreCountedAndTimed()
    {
        using GpuDevice device = GpuDevice.Emulator();
        var chains = new MultiplyAddChainsArgs(null!, device.MostThreads, 10, 0.5f, 1);
        Assert.Equal(2 * 12 * 8 * 10 * device.MostThreads, chains.Cost.Flops);
        Assert.True(MachineLimits.MeasureFma(device, rounds: 1) > 0);
        Assert.Null(device.Listener);
        Assert.Equal(0, device.Pool.BytesInUse);
    }

    /// <summary>Nothing may be folded away, and nothing else stand in the loop that counts.</summary>
    [Fact]
    public void TheMultiplyAddsAreInstructions()
    {
        MethodInfo kernel = Assert.Single(GpuKernels.LaunchedBy(typeof(MultiplyAddChains)));
        PtxReport report = PtxReport.Of(PtxAssembly.Compile(kernel, (8, 0)));
        Assert.Equal((12 * 8, 0), (report.Fma, report.LocalBytes));
    }

    private static ProfileReport Observe(Device device, MachineLimits? limits)
    {
        using var network = new Network(ToyProblem.Classifier(), device, seed: 1);
        using var work = new InferenceWorkload(null, FrozenNetwork.From(network), batch: 1);
        return new ProfileReport(work.Name, device.Name, Profiler.Run(device, work.Run, repeat: 1), limits, ByShape: false);
    }

    private static string Print(ProfileReport profile)
    {
        using var text = new StringWriter();
        ProfileTable.Write(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text) }), profile);
        return text.ToString();
    }
}
