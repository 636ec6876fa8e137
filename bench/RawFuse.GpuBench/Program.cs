using System.Diagnostics;
using RawFuse.GpuBench;
using RawFuse.GpuBench.Speed;

if (args is ["table", var folder]) return TargetTable.Print(folder);
if (args is not [("check" or "speed") and var command, .. var rest]) return Fail($"""
    check [options]   every kernel on fresh random inputs, on the device and on the processor
    speed [options]   what the targets of bench/gpu.sh are about, timed
    table FOLDER      rawfuse.jsonl (from speed) and torch.jsonl (from bench/gpu_torch.py) in FOLDER, side by side
    {BenchOptions.Help}
    """);
if (BenchOptions.Parse(rest, out string? refusal) is not { } options) return Fail(refusal!);

IReadOnlyList<BenchCase> cases = options.Select(command == "check" ? CheckCases.For(options) : SpeedCases.For(options));
if (cases.Count == 0) return Fail($"--case: no case's name begins with '{options.Prefix}'.");
if (options.From is { } first) return Worker.Run(options.Device, cases, first);

long start = Stopwatch.GetTimestamp();
var report = new Report(command, options);
string[] arguments = [command, .. rest, "--seed", $"{options.Seed}"];
Supervisor.Run(from => Worker.From(arguments, from), cases, options.Budget, report.Add);
return report.Finish(cases.Count, Stopwatch.GetElapsedTime(start));

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 2;
}
