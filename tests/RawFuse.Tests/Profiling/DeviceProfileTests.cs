using System.Text.Json;
using RawFuse.Cli.Output;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Profiling;
using RawFuse.Profiling;
using RawFuse.Tests.Method;
using Spectre.Console;

namespace RawFuse.Tests.Profiling;

/// <summary>Profiles of what is no CPU: what nobody measured is said to be so.</summary>
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

    /// <summary>As on a GPU, where copies alone are measured.</summary>
    [Fact]
    public void WithoutAMultiplyAddLimitSharesOfItAreNotShown()
    {
        using var device = new CpuDevice(1);
        ProfileReport profile = Observe(device, new MachineLimits(null, 10));
        string table = Print(profile);
        Assert.Contains("multiply-adds n/a, copies 10.0 GB/s", table);
        string[] row = table.Split('\n').Single(line => line.Contains("Conv2dForward")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["n/a", "n/a", "n/a"], new[] { row[^4], row[^2], row[^1] });
        Assert.True(double.TryParse(row[^3], out _));
        JsonElement json = JsonSerializer.SerializeToElement(ProfileJson.Of(profile), JsonModels.Default.ProfileJson);
        Assert.False(json.GetProperty("limits").TryGetProperty("fmaGflops", out _));
        JsonElement kernel = json.GetProperty("kernels")[0];
        Assert.True(kernel.TryGetProperty("percentOfMemory", out _));
        foreach (string unknown in (string[])["percentOfFma", "boundBy", "percentOfLimit"]) Assert.False(kernel.TryGetProperty(unknown, out _));
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
