using System.CommandLine;
using RawFuse.Cli.Output;
using RawFuse.Kernels;
using RawFuse.NeuralFuse.Profiling;
using RawFuse.Profiling;

namespace RawFuse.Cli.Commands;

/// <summary>What all profiles have in common: how to run, and where the numbers go.</summary>
internal sealed class ProfileOptions
{
    private readonly Option<int> repeat = CommonOptions.Number("--repeat", "Observed runs, after a warm-up; the table shows their mean.", 10, 1, 100_000);
    private readonly ChoiceOption<bool> by = new("--by", "A line per kernel, or per kernel and shape.", ("kernel", false), ("shape", true));
    private readonly Option<string?> trace = new("--trace")
    {
        Description = "Write a trace for ui.perfetto.dev or chrome://tracing to this file.",
        HelpName = "file",
    };

    private readonly Option<bool> withoutLimits = new("--no-limits")
    {
        Description = "Do not measure what the machine can do, which takes 512 MB and a few seconds.",
    };

    private DeviceOptions? devices;
    private readonly Option<string?> json = CommonOptions.Json();

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[repeat, by, trace, withoutLimits, json]) command.Options.Add(option);
        devices = new DeviceOptions(command);
    }

    /// <summary>Profiles what the command made and reports it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="inputs">The files the command reads; null for those it does not have.</param>
    /// <param name="make">Makes the work.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<int> Run(ParseResult parsed, string?[] inputs, Func<CpuDevice, Workload> make, CancellationToken cancellation)
    {
        string? traceFile = parsed.GetValue(trace);
        var report = new Report(parsed.GetValue(json), [traceFile, .. inputs]);
        if (traceFile is not null) OutputFile.Check(traceFile, inputs);
        using CpuDevice device = devices!.Open(parsed);
        using Workload work = make(device);
        MachineLimits? limits = parsed.GetValue(withoutLimits) ? null : Measure(report, device.Threads);
        (ProfileResult result, double _) = report.Stage(
            work.Name, progress => Profiler.Run(device, work.Run, parsed.GetValue(repeat), progress, cancellation));
        limits = limits?.Or(Measure(report, device.Threads));
        var profile = new ProfileReport(work.Name, device.Name, result, limits, by.ValueIn(parsed));
        ProfileTable.Write(report.Console, profile);
        if (traceFile is not null)
        {
            ChromeTrace.Write(result.Profile, work.Name, traceFile);
            report.Line($"trace written to {traceFile}");
        }

        report.Json(() => ProfileJson.Of(profile), JsonModels.Default.ProfileJson);
        return Task.FromResult(0);
    }

    /// <summary>On a device of its own: its memory must not count as the work's.</summary>
    private static MachineLimits Measure(Report report, int threads)
    {
        using var device = new CpuDevice(threads);
        return report.Stage("measure this machine", _ => MachineLimits.Measure(device)).Result;
    }
}
