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
    /// <param name="make">Makes the work, on a device; the report takes what users should know of it.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<int> Run(ParseResult parsed, string?[] inputs, Func<Device, Report, Workload> make, CancellationToken cancellation)
    {
        string? traceFile = parsed.GetValue(trace);
        var report = new Report(parsed.GetValue(json), [traceFile, .. inputs]);
        if (traceFile is not null) OutputFile.Check(traceFile, inputs);
        using Device device = devices!.Open(parsed);
        using Workload work = make(device, report);
        MachineLimits? limits = parsed.GetValue(withoutLimits) ? null : Measure(report, device);
        (ProfileResult result, double _) = report.Stage(
            work.Name, progress => Profiler.Run(device, work.Run, parsed.GetValue(repeat), progress, cancellation));
        if (limits is not null && Measure(report, device) is { } again) limits = limits.Or(again);
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

    private static MachineLimits? Measure(Report report, Device device)
    {
        MachineLimits? limits = report.Stage("measure this machine", _ => MachineLimits.Measure(device)).Result;
        if (limits is null) report.Line($"limits of {device.Name}: n/a, its times say nothing of a GPU");
        return limits;
    }
}
